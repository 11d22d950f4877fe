import * as fs from "node:fs";
import * as path from "node:path";
import { answers } from "./api";
import { kubeconfigOf, pki } from "./certificates";
import { apiPort, clusterNodes, control, dirs, network } from "./layout";
import { kubeProxy, writeKubeProxyConfig } from "./kube-proxy";
import { runIn } from "./network";
import { killPart, lastLines, type PartSpec, startPart, waitFor } from "./parts";

const etcdUrl = "http://127.0.0.1:2379";
const flags = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

/** Listens on the namespace's own loopback only: nothing but the API server reaches it. */
const etcd: PartSpec = {
  space: control,
  program: "etcd",
  command: [
    "etcd",
    ...flags({
      name: control.name,
      "data-dir": dirs.etcd,
      "listen-client-urls": etcdUrl,
      "advertise-client-urls": etcdUrl,
      "listen-peer-urls": "http://127.0.0.1:2380",
      "initial-advertise-peer-urls": "http://127.0.0.1:2380",
      "initial-cluster": `${control.name}=http://127.0.0.1:2380`,
      "auto-compaction-retention": "5m",
      "log-level": "warn",
      logger: "zap",
    }),
  ],
};

const apiserver = (bin: string): PartSpec => ({
  space: control,
  program: "kube-apiserver",
  command: [
    path.join(bin, "kube-apiserver"),
    ...flags({
      "etcd-servers": etcdUrl,
      "bind-address": control.address,
      "advertise-address": control.address,
      "secure-port": String(apiPort),
      "service-cluster-ip-range": network.serviceRange,
      "authorization-mode": "Node,RBAC",
      "enable-admission-plugins": "NodeRestriction",
      "anonymous-auth": "false",
      "client-ca-file": pki("ca.crt"),
      "tls-cert-file": pki("apiserver.crt"),
      "tls-private-key-file": pki("apiserver.key"),
      "kubelet-certificate-authority": pki("ca.crt"),
      "kubelet-client-certificate": pki("apiserver-kubelet-client.crt"),
      "kubelet-client-key": pki("apiserver-kubelet-client.key"),
      // By address: exec and logs would look the node's name up in a DNS that does not know it.
      "kubelet-preferred-address-types": "InternalIP",
      "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
      "service-account-key-file": pki("service-accounts.key"),
      "service-account-signing-key-file": pki("service-accounts.key"),
    }),
  ],
});

const controllerManager = (bin: string): PartSpec => ({
  space: control,
  program: "kube-controller-manager",
  command: [
    path.join(bin, "kube-controller-manager"),
    ...flags({
      kubeconfig: kubeconfigOf("controller-manager"),
      "bind-address": "127.0.0.1",
      // There is one of each: a restarted one need not wait for its own old lease to run out.
      "leader-elect": "false",
      // A node's pod range is its own CNI configuration.
      "allocate-node-cidrs": "false",
      "use-service-account-credentials": "true",
      // Its default of 20 a second takes five seconds for the controllers' own credentials alone.
      "kube-api-qps": "300",
      "kube-api-burst": "600",
      "flex-volume-plugin-dir": path.join(control.dir, "volume-plugins"),
      "root-ca-file": pki("ca.crt"),
      "service-account-private-key-file": pki("service-accounts.key"),
    }),
  ],
});

const scheduler = (bin: string): PartSpec => ({
  space: control,
  program: "kube-scheduler",
  command: [
    path.join(bin, "kube-scheduler"),
    ...flags({ kubeconfig: kubeconfigOf("scheduler"), "bind-address": "127.0.0.1", "leader-elect": "false" }),
  ],
});

/**
 * Through it the host reaches ClusterIPs, even while a worker node is down. It insists on a Node object to learn its
 * own addresses from, and takes that of the first node; it answers for no pod, so nothing else follows from it.
 */
const proxy = (bin: string) => kubeProxy({ bin, space: control, hostname: clusterNodes[0]!.name });

/** Those that watch the API server, and work by what they saw there. */
const watchers = (bin: string): PartSpec[] => [controllerManager(bin), scheduler(bin), proxy(bin)];

export const controlParts = (bin: string): PartSpec[] => [etcd, apiserver(bin), ...watchers(bin)];

/** Starts what does not run of the control plane; resolves when the API answers. */
export async function startControlPlane(bin: string): Promise<void> {
  const apiIsNew = await startApi(bin);
  await startWatchers(bin, apiIsNew);
}

/** Says whether the API server had to be started. */
async function startApi(bin: string): Promise<boolean> {
  fs.mkdirSync(control.dir, { recursive: true });
  fs.mkdirSync(dirs.etcd, { recursive: true, mode: 0o700 });
  if (startPart(etcd)) await waitFor({ what: "etcd to listen", parts: [etcd], until: () => listens(2379) });
  const api = apiserver(bin);
  const started = startPart(api);
  await waitFor({
    what: "the API server to be ready",
    parts: [etcd, api],
    until: () => answers("/readyz"),
    detail: () => Promise.resolve(lastLines(api)),
  });
  return started;
}

/**
 * They may start as soon as the API answers, and retry by themselves. But after an outage each watch waits for up to a
 * minute before it asks again: by what they last saw, the controllers would take living nodes for lost, and the proxy
 * would lead the host to pods that are gone. So with a new API server they are started anew.
 */
async function startWatchers(bin: string, apiIsNew: boolean): Promise<void> {
  writeKubeProxyConfig(control);
  const parts = watchers(bin);
  if (apiIsNew) await Promise.all(parts.map(killPart));
  for (const part of parts) startPart(part);
}

async function listens(port: number): Promise<boolean> {
  const listening = await runIn(control, ["cat", "/proc/net/tcp"]);
  return listening.includes(`:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`);
}
