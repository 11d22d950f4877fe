import { createHash } from "node:crypto";
import type { KubeObject } from "./api";
import { clusterDomain, network } from "./layout";

const namespace = "kube-system";
const labels = { "k8s-app": "kube-dns" };

/** A name outside of the cluster does not exist, and is told so at once instead of after a resolver's timeouts. */
const corefile = `${clusterDomain}:53 in-addr.arpa:53 ip6.arpa:53 {
    errors
    kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
        ttl 5
    }
    loadbalance
}
.:53 {
    errors
    health {
        lameduck 2s
    }
    ready
    template ANY ANY . {
        rcode NXDOMAIN
    }
}
`;

/**
 * CoreDNS on each node, asked by that node's pods only: a lost node then takes no other node's name service with it,
 * where two replicas behind one Service would leave every second question unanswered for most of a minute.
 */
export function dnsObjects(image: string): KubeObject[] {
  const name = "coredns";
  const account = { kind: "ServiceAccount", name, namespace };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "system:coredns" },
      rules: [
        { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "system:coredns" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
      subjects: [account],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { Corefile: corefile } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace, labels },
      spec: {
        clusterIP: network.dnsService,
        selector: labels,
        internalTrafficPolicy: "Local",
        ports: [
          { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
          { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
        ],
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name, namespace, labels },
      // The annotation: a Corefile of a newer checkout reaches the pods of a cluster that runs already.
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { "redis-gke.local/corefile": digest(corefile) } },
          spec: podSpec(name, image),
        },
      },
    },
  ];
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

const podSpec = (name: string, image: string) => ({
  serviceAccountName: name,
  priorityClassName: "system-node-critical",
  tolerations: [{ operator: "Exists" }],
  dnsPolicy: "Default",
  containers: [
    {
      name,
      image,
      imagePullPolicy: "Never",
      args: ["-conf", "/etc/coredns/Corefile"],
      ports: [
        { name: "dns", containerPort: 53, protocol: "UDP" },
        { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
      ],
      readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
      livenessProbe: { httpGet: { path: "/health", port: 8080 }, initialDelaySeconds: 20, failureThreshold: 5 },
      resources: { requests: { cpu: "20m", memory: "40Mi" } },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
        readOnlyRootFilesystem: true,
      },
      volumeMounts: [{ name: "config", mountPath: "/etc/coredns" }],
    },
  ],
  volumes: [{ name: "config", configMap: { name } }],
});
