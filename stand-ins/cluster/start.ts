import type { Image } from "../images";
import { checkout } from "../../lib/paths";
import { addonsReady, applyAddons, unreadyPods } from "./addons";
import { answers } from "./api";
import { createCertificates } from "./certificates";
import { cgroupExists, createCgroup } from "./cgroups";
import { controlParts, startControlPlane } from "./control-plane";
import { clusterNodes, control, type Node } from "./layout";
import { removeRunningNode } from "./leftovers";
import { createNetwork, createNodeNetwork, netnsExists, setCable } from "./network";
import { knowsItsPods, nodeParts, nodesReady, recently, startKubelets, startRuntime } from "./node";
import { isPartAlive, type PartSpec, waitFor } from "./parts";
import { bootId } from "./processes";
import { updateRecord, writeRecord } from "./record";
import { readSysctls } from "./sysctls";

/** What was built beforehand: the folder of the Kubernetes programs, and the images. */
export interface Built {
  bin: string;
  images: readonly Image[];
}

export const allParts = (bin: string): PartSpec[] => [
  ...controlParts(bin),
  ...clusterNodes.flatMap((node) => nodeParts(bin, node)),
];

/** What the parts stand on: made once, before the first of them starts. */
export async function layGround(): Promise<void> {
  writeRecord({ checkout, bootId: bootId(), built: false, sysctls: readSysctls(), parts: {} });
  createCgroup(control.name);
  await Promise.all([createCertificates(), createNetwork()]);
  updateRecord((record) => {
    record.built = true;
  });
}

/** Starts whatever does not run, of a new cluster or a half-stopped one, and waits until all of it is ready. */
export async function startMissing({ bin, images }: Built): Promise<void> {
  for (const node of clusterNodes) await readyToStart(node);
  const since = Date.now();
  const runtimes = Promise.all(clusterNodes.map((node) => startRuntime(node, images)));
  await Promise.all([startControlPlane(bin), runtimes]);
  const addons = waitFor({
    what: "the system's namespaces",
    parts: controlParts(bin),
    until: () => answers("/api/v1/namespaces/kube-system"),
  }).then(applyAddons);
  const [started] = await Promise.all([startKubelets(bin, clusterNodes), addons]);
  const parts = allParts(bin);
  await waitFor({
    what: "all nodes to be Ready",
    parts,
    until: async () => (await nodesReady(started, since)) && (await nodesReady(clusterNodes, recently())),
  });
  await waitFor({
    what: "CoreDNS on every node and the volume provisioner",
    parts,
    until: () => addonsReady(clusterNodes.length),
    detail: unreadyPods,
  });
  for (const node of started) await waitForPods(bin, node);
}

/** A node whose namespace or cgroup is gone has nothing to stand on: the rest of it goes too, as in a power cut. */
async function readyToStart(node: Node): Promise<void> {
  if (!netnsExists(node) || !cgroupExists(node.name)) {
    await removeRunningNode(node);
    await createNodeNetwork(node);
    createCgroup(node.name);
  }
  await setCable(node, "up");
}

/** Starts one node again and waits for its own word that it is Ready. */
export async function startNode({ bin, images }: Built, node: Node): Promise<void> {
  await readyToStart(node);
  const since = Date.now();
  await startRuntime(node, images);
  await startKubelets(bin, [node]);
  await waitFor({
    what: `${node.name} to be Ready`,
    parts: nodeParts(bin, node),
    until: () => nodesReady([node], since),
  });
  await waitForPods(bin, node);
}

const waitForPods = (bin: string, node: Node) =>
  waitFor({
    what: `the kubelet of ${node.name} to know its pods`,
    parts: nodeParts(bin, node),
    until: () => knowsItsPods(node),
  });

export const everyPartAlive = (bin: string) => allParts(bin).every(isPartAlive);
