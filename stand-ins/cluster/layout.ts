import * as path from "node:path";
import { machine } from "../../lib/paths";

/**
 * Names and addresses of the embedded cluster. They are fixed, so that whatever an earlier run left behind can be found
 * again even when its record is gone. All addresses come from 198.18.0.0/15, the benchmark range, which is no one's
 * private network.
 */
export interface Space {
  /** One name for the network namespace, the cgroup and (for a node) the Kubernetes Node. */
  readonly name: string;
  readonly address: string;
  /** Its own folder: runtime state, kubelet's root, volumes. */
  readonly dir: string;
  /** The end of its cable in the control plane's namespace; taking it down cuts the node off. */
  readonly cable: string;
}

export interface Node extends Space {
  /** What the node's pods get their addresses from. */
  readonly pods: string;
  readonly zone: string;
}

const space = (name: string, host: number): Space => ({
  name,
  address: `198.18.0.${host}`,
  dir: path.join(machine, name),
  cable: name,
});

export const control: Space = space("rgke-control", 10);

export const clusterNodes: readonly Node[] = [1, 2, 3].map((n) => ({
  ...space(`rgke-node${n}`, 10 + n),
  pods: `198.18.${10 + n}.0/24`,
  zone: `local-${"abc"[n - 1]!}`,
}));

export const spaces: readonly Space[] = [control, ...clusterNodes];

export const network = {
  /** In the control plane's namespace, out of reach of the host's own firewall rules. */
  bridge: "rgke-bridge",
  /**
   * Its own. By itself a bridge takes the lowest of its cables, and another one when that cable goes with its node: the
   * host and the other nodes then sent to an address that nobody had any more, and reached neither Services nor the API
   * server for ten seconds.
   */
  bridgeHardwareAddress: "02:00:c6:12:00:0a",
  /** The host's only interface of ours: its end of the cable to the bridge. */
  hostCable: "rgke-host",
  hostAddress: "198.18.0.1",
  prefix: 24,
  /** Holds every node's pod range and not the host: what comes from outside of it to a ClusterIP is masqueraded. */
  podRange: "198.18.8.0/21",
  serviceRange: "198.19.0.0/20",
  apiService: "198.19.0.1",
  dnsService: "198.19.0.10",
} as const;

export const apiPort = 6443;
export const apiUrl = `https://${control.address}:${apiPort}`;
export const clusterDomain = "cluster.local";

export const dirs = {
  logs: path.join(machine, "logs"),
  pki: path.join(machine, "pki"),
  etcd: path.join(machine, "etcd"),
  /** The pods' resolver knows the cluster's names only; the host's would send questions nowhere. */
  resolvConf: path.join(machine, "resolv.conf"),
  record: path.join(machine, "cluster.json"),
} as const;

/** The node of that name, or an error that lists the names there are. */
export function nodeNamed(name: string): Node {
  const found = clusterNodes.find((node) => node.name === name || node.name === `rgke-${name}`);
  if (!found)
    throw new Error(`There is no node "${name}"; the nodes are ${clusterNodes.map((node) => node.name).join(", ")}.`);
  return found;
}
