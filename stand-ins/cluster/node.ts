import * as fs from "node:fs";
import * as path from "node:path";
import type { Image } from "../images";
import { run } from "../../lib/run";
import { find } from "./api";
import { kubeconfigOf } from "./certificates";
import { kubeProxy, writeKubeProxyConfig } from "./kube-proxy";
import type { Node } from "./layout";
import { devicePlugins, nodeFiles, writeNodeConfig } from "./node-config";
import { type PartSpec, startPart, waitFor } from "./parts";

const containerd = (node: Node): PartSpec => ({
  space: node,
  program: "containerd",
  command: ["containerd", "--config", nodeFiles(node).containerdConfig],
});

const kubelet = (bin: string, node: Node): PartSpec => ({
  space: node,
  program: "kubelet",
  command: [
    path.join(bin, "kubelet"),
    `--config=${nodeFiles(node).kubeletConfig}`,
    `--kubeconfig=${kubeconfigOf(node.name)}`,
    `--root-dir=${nodeFiles(node).kubelet}`,
    `--cert-dir=${nodeFiles(node).kubelet}/pki`,
    `--hostname-override=${node.name}`,
    `--node-ip=${node.address}`,
    `--node-labels=topology.kubernetes.io/zone=${node.zone},topology.kubernetes.io/region=local`,
  ],
});

const proxy = (bin: string, node: Node) => kubeProxy({ bin, space: node, hostname: node.name });

export const nodeParts = (bin: string, node: Node): PartSpec[] => [
  containerd(node),
  kubelet(bin, node),
  proxy(bin, node),
];

const ctr = (node: Node, ...args: string[]) =>
  run("ctr", ["--address", nodeFiles(node).socket, "--namespace", "k8s.io", ...args]);

const runtimeAnswers = async (node: Node) =>
  fs.existsSync(nodeFiles(node).socket) &&
  ctr(node, "version").then(
    () => true,
    () => false,
  );

/** Starts the node's container runtime and gives it the images; it needs no API server for that. */
export async function startRuntime(node: Node, images: readonly Image[]): Promise<void> {
  writeNodeConfig(node);
  writeKubeProxyConfig(node);
  startPart(containerd(node));
  await waitFor({ what: `containerd of ${node.name}`, parts: [containerd(node)], until: () => runtimeAnswers(node) });
  // Of a runtime that runs already too: the start that it comes from may have been cut off before the images were in.
  for (const { archive } of await missingImages(node, images)) await ctr(node, "images", "import", archive);
}

/** The images that the node has not, or has with another content: one that was built anew keeps its name. */
export async function missingImages(node: Node, images: readonly Image[]): Promise<Image[]> {
  const present = new Set(
    (await ctr(node, "images", "ls"))
      .split("\n")
      .map((line) => line.split(/\s+/))
      .map(([name, , digest]) => `${name} ${digest}`),
  );
  return images.filter(({ name, digest }) => !present.has(`${name} ${digest}`));
}

/**
 * Starts kubelet and kube-proxy of each node; says whose kubelet was started. Not before the images are there: a pod
 * that misses one waits ten seconds to look again. One kubelet after another, a third of a second each: every kubelet
 * empties the folder that all of them have in common and then listens in it, and of two at the same step the second
 * ends with "address already in use".
 */
export async function startKubelets(bin: string, nodes: readonly Node[]): Promise<Node[]> {
  const started: Node[] = [];
  for (const node of nodes) {
    startPart(proxy(bin, node));
    const before = pluginSocket();
    if (!startPart(kubelet(bin, node))) continue;
    started.push(node);
    await waitFor({
      what: `the kubelet of ${node.name} to listen for device plugins`,
      parts: [kubelet(bin, node)],
      until: () => ![undefined, before].includes(pluginSocket()),
    });
  }
  return started;
}

/** When the last kubelet to listen there made its socket. */
const pluginSocket = () =>
  fs.statSync(path.join(devicePlugins, "kubelet.sock"), { bigint: true, throwIfNoEntry: false })?.mtimeNs;

interface NodeObject {
  metadata: { name: string };
  status: { conditions?: { type: string; status: string; lastHeartbeatTime: string }[] };
}
interface Lease {
  metadata: { name: string };
  spec: { renewTime?: string };
}

/**
 * Whether each of the nodes is Ready, as told by a kubelet that spoke up after `since`: the API goes on saying Ready
 * for most of a minute after a node was lost, so the word alone says nothing about one that was just started again. A
 * kubelet renews its lease every ten seconds, but the first time only ten seconds after it registered; its status comes
 * at once.
 */
export async function nodesReady(nodes: readonly Node[], since: number): Promise<boolean> {
  const [objects, leases] = await Promise.all([
    find<{ items: NodeObject[] }>("/api/v1/nodes"),
    find<{ items: Lease[] }>("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"),
  ]);
  return nodes.every((node) => {
    const ready = objects?.items
      .find((object) => object.metadata.name === node.name)
      ?.status.conditions?.find((condition) => condition.type === "Ready");
    const renewed = leases?.items.find((lease) => lease.metadata.name === node.name)?.spec.renewTime;
    // A heartbeat is written in whole seconds, a lease to the microsecond.
    return (
      ready?.status === "True" && (Date.parse(ready.lastHeartbeatTime) > since || Date.parse(renewed ?? "") > since)
    );
  });
}

/**
 * Whether the node's kubelet has learned of its pods; before that it refuses exec and logs. CoreDNS gives every node
 * one.
 */
export async function knowsItsPods(node: Node): Promise<boolean> {
  const pods = await find<{ items: unknown[] | null }>(`/api/v1/nodes/${node.name}/proxy/pods`);
  return (pods?.items ?? []).length > 0;
}

/** Heard of within the time after which the API, too, would give a node up. */
export const recently = () => Date.now() - 45_000;
