import type { KubeObject } from "./api";
import { clusterNodes } from "./layout";
import { nodeFiles } from "./node-config";

const namespace = "local-path-storage";
const name = "local-path-provisioner";
const rbac = "rbac.authorization.k8s.io/v1";

/**
 * The nodes share one filesystem: each has a folder of its own, so that a volume is where its node is and nowhere else.
 */
const config = () => ({
  nodePathMap: clusterNodes.map((node) => ({ node: node.name, paths: [nodeFiles(node).volumes] })),
});

const script = (command: string) => `#!/bin/sh\nset -eu\n${command}\n`;

const helperPod = (image: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "helper-pod" },
  spec: {
    priorityClassName: "system-node-critical",
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "helper-pod", image, imagePullPolicy: "Never" }],
  },
});

/** A class of the provisioner. Its volumes may grow: their size is only a number here. */
export const storageClass = (name: string, annotations: Record<string, string> = {}): KubeObject => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  // Volumes of type local get the pod's fsGroup as a cloud disk does; those of type hostPath would not.
  metadata: { name, annotations: { ...annotations, defaultVolumeType: "local" } },
  provisioner: "rancher.io/local-path",
  volumeBindingMode: "WaitForFirstConsumer",
  reclaimPolicy: "Delete",
  allowVolumeExpansion: true,
});

/** The local-path provisioner, and its class as the default one. */
export function storageObjects(image: string, helperImage: string): KubeObject[] {
  const labels = { app: name };
  const account = { kind: "ServiceAccount", name, namespace };
  const binding = { apiGroup: "rbac.authorization.k8s.io", name };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    {
      apiVersion: rbac,
      kind: "Role",
      metadata: { name, namespace },
      rules: [
        {
          apiGroups: [""],
          resources: ["pods"],
          verbs: ["get", "list", "watch", "create", "patch", "update", "delete"],
        },
      ],
    },
    {
      apiVersion: rbac,
      kind: "RoleBinding",
      metadata: { name, namespace },
      roleRef: { ...binding, kind: "Role" },
      subjects: [account],
    },
    {
      apiVersion: rbac,
      kind: "ClusterRole",
      metadata: { name },
      rules: [
        {
          apiGroups: [""],
          resources: ["nodes", "persistentvolumeclaims", "configmaps", "pods", "pods/log"],
          verbs: ["get", "list", "watch"],
        },
        {
          apiGroups: [""],
          resources: ["persistentvolumes"],
          verbs: ["get", "list", "watch", "create", "patch", "update", "delete"],
        },
        { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
        { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get", "list", "watch"] },
      ],
    },
    {
      apiVersion: rbac,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { ...binding, kind: "ClusterRole" },
      subjects: [account],
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "local-path-config", namespace },
      data: {
        "config.json": JSON.stringify(config()),
        setup: script('mkdir -m 0777 -p "$VOL_DIR"'),
        teardown: script('rm -rf "$VOL_DIR"'),
        "helperPod.yaml": JSON.stringify(helperPod(helperImage)),
      },
    },
    storageClass("local-path", { "storageclass.kubernetes.io/is-default-class": "true" }),
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(image, helperImage) },
      },
    },
  ];
}

const podSpec = (image: string, helperImage: string) => ({
  serviceAccountName: name,
  // Its node may be the one that a test takes away: elsewhere it is up again in seconds, not in five minutes.
  tolerations: ["not-ready", "unreachable"].map((state) => ({
    key: `node.kubernetes.io/${state}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 5,
  })),
  containers: [
    {
      name,
      image,
      imagePullPolicy: "Never",
      args: [
        "start",
        "--config",
        "/etc/config/config.json",
        "--helper-image",
        helperImage,
        "--service-account-name",
        name,
      ],
      env: [
        { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
        { name: "CONFIG_MOUNT_PATH", value: "/etc/config/" },
      ],
      resources: { requests: { cpu: "10m", memory: "32Mi" } },
      volumeMounts: [{ name: "config", mountPath: "/etc/config" }],
    },
  ],
  volumes: [{ name: "config", configMap: { name: "local-path-config" } }],
});
