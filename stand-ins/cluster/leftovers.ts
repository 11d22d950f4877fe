import * as fs from "node:fs";
import * as path from "node:path";
import { machine } from "../../lib/paths";
import { cgroupExists, killCgroup, membersOf, removeCgroup } from "./cgroups";
import { clusterNodes, type Node, spaces } from "./layout";
import { removeFolder, unmountBelow } from "./mounts";
import { deleteNetns, deleteNetwork, hostCableExists, netnsExists } from "./network";
import { devicePlugins, nodeFiles } from "./node-config";
import { identify } from "./processes";
import { isThisBoot, readRecord } from "./record";
import { restoreSysctls } from "./sysctls";

/** Whether anything of a cluster is on this machine, by our own fixed names: its record may be gone. */
export const anythingThere = () =>
  fs.existsSync(machine) || hostCableExists() || spaces.some((space) => netnsExists(space) || cgroupExists(space.name));

/** Whether any process lives in the cluster's cgroups, recorded or not. */
export const anythingAlive = () => spaces.some((space) => membersOf(space.name).length > 0);

export const everyProcess = () =>
  spaces.flatMap((space) => membersOf(space.name)).flatMap((pid) => identify(pid) ?? []);

/**
 * Takes away all that a cluster put on this machine; each step holds for what is there, so a half-done one is done
 * again.
 */
export async function removeEverything(): Promise<void> {
  const record = readRecord();
  await Promise.all(spaces.map((space) => killCgroup(space.name)));
  for (const node of clusterNodes) removeRuntimeTraces(node);
  await unmountBelow(machine);
  await deleteNetwork();
  await Promise.all(spaces.map((space) => removeCgroup(space.name)));
  removeHostTraces();
  if (record && isThisBoot(record)) restoreSysctls(record.sysctls);
  await removeFolder(machine);
}

/** What a power cut leaves of a node: its disk. Processes, mounts, network and /run are gone at once. */
export async function removeRunningNode(node: Node): Promise<void> {
  await killCgroup(node.name);
  removeRuntimeTraces(node);
  await unmountBelow(node.dir);
  await deleteNetns(node);
  await removeCgroup(node.name);
  await removeFolder(nodeFiles(node).runtime);
}

/**
 * The shims' sockets lie in a folder that all containerds of a machine share; each container's own folder names its
 * socket.
 */
function removeRuntimeTraces(node: Node): void {
  const tasks = path.join(nodeFiles(node).runtime, "containerd", "io.containerd.runtime.v2.task", "k8s.io");
  for (const id of list(tasks)) {
    const socket = read(path.join(tasks, id, "address"))
      .replace(/^unix:\/\//, "")
      .trim();
    if (socket.startsWith("/run/containerd/s/")) fs.rmSync(socket, { force: true });
  }
}

const shared = {
  shims: "/run/containerd",
  cniResults: "/var/lib/cni",
  podLogLinks: "/var/log/containers",
  devicePlugins,
};

/**
 * Traces at places that containerd, the CNI library and the kubelet have built in; only ours, and the folders only if
 * empty.
 */
function removeHostTraces(): void {
  for (const name of ourCniResults(list(`${shared.cniResults}/results`)))
    fs.rmSync(path.join(shared.cniResults, "results", name), { force: true });
  for (const name of list(shared.podLogLinks)) {
    const link = path.join(shared.podLogLinks, name);
    if (target(link).startsWith(`${machine}/`)) fs.rmSync(link, { force: true });
  }
  // The kubelet of a cluster that someone else runs here would have its own sockets in it.
  if (
    list(shared.devicePlugins).every((name) =>
      ["kubelet.sock", "kubelet_internal_checkpoint", "DEPRECATION"].includes(name),
    ) &&
    !fs.existsSync("/var/lib/kubelet/config.yaml")
  ) {
    fs.rmSync(shared.devicePlugins, { recursive: true, force: true });
  }
  const folders = [
    `${shared.shims}/s`,
    `${shared.shims}/runc`,
    shared.shims,
    `${shared.cniResults}/results`,
    `${shared.cniResults}/cache`,
    shared.cniResults,
    shared.podLogLinks,
    path.dirname(shared.devicePlugins),
  ];
  for (const folder of folders)
    if (list(folder).length === 0)
      try {
        fs.rmdirSync(folder);
      } catch {
        /* was not there */
      }
}

/** A pod's loopback result is named after the pod alone; it is ours when the same pod has one of our network. */
export function ourCniResults(names: readonly string[]): string[] {
  const pods = new Set(
    names.map((name) => /^redis-gke-([0-9a-f]+)-eth0$/.exec(name)?.[1]).filter((pod) => pod !== undefined),
  );
  return names.filter((name) => pods.has(/-([0-9a-f]+)-[a-z0-9]+$/.exec(name)?.[1] ?? ""));
}

const list = (dir: string) => {
  try {
    return fs.readdirSync(dir);
  } catch {
    return [];
  }
};
const read = (file: string) => {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
const target = (link: string) => {
  try {
    return fs.readlinkSync(link);
  } catch {
    return "";
  }
};
