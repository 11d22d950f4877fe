import * as fs from "node:fs";
import * as path from "node:path";
import { controllersToEnable, hierarchiesIn, type Hierarchy, missingControllers } from "./cgroup-hierarchies";
import { sleep } from "./processes";

/**
 * Each node and the control plane have a cgroup of their own, in every hierarchy: whatever they start is found by it,
 * however often it forked. The parts themselves sit in a leaf, since v2 allows no processes beside child cgroups with
 * controllers.
 */
const leaf = "system";

const hierarchies = (): Hierarchy[] => hierarchiesIn(fs.readFileSync("/proc/self/mounts", "utf8"));
const read = (...names: string[]) => {
  try {
    return fs.readFileSync(path.join(...names), "utf8");
  } catch {
    return "";
  }
};

export function createCgroup(name: string): void {
  const all = hierarchies();
  const v2 = all.find((hierarchy) => hierarchy.version === 2);
  const missing = missingControllers(all, v2 ? read(v2.path, "cgroup.controllers") : "");
  if (missing.length > 0)
    throw new Error(
      `The kubelet needs the cgroup controllers ${missing.join(", ")}, which this machine does not offer (see /proc/cgroups; in a container, start it with its own cgroup namespace and all controllers).`,
    );
  for (const hierarchy of all) {
    const group = path.join(hierarchy.path, name);
    if (hierarchy.version === 2) enableControllers(hierarchy.path);
    fs.mkdirSync(group, { recursive: true });
    if (hierarchy.version === 2) enableControllers(group);
    if (hierarchy.controllers.includes("cpuset")) inheritCpuset(hierarchy.path, group);
    fs.mkdirSync(path.join(group, leaf), { recursive: true });
  }
}

function enableControllers(group: string): void {
  const file = path.join(group, "cgroup.subtree_control");
  const wanted = controllersToEnable(read(group, "cgroup.controllers"), read(file));
  if (!wanted) return;
  try {
    fs.writeFileSync(file, wanted);
  } catch (error) {
    throw new Error(
      `Cannot enable the cgroup controllers ${wanted} in ${file}: ${(error as Error).message}. In a container its root cgroup must hold no processes (move them into a child cgroup first).`,
    );
  }
}

/** A v1 cpuset starts empty, and refuses every process until it has processors and memory nodes. */
function inheritCpuset(root: string, group: string): void {
  fs.writeFileSync(path.join(group, "cgroup.clone_children"), "1");
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if (!read(group, file).trim()) fs.writeFileSync(path.join(group, file), read(root, file).trim());
  }
}

/** The files that a process writes its id into, to become a member of the cgroup in every hierarchy. */
export const membershipFiles = (name: string) =>
  hierarchies().map((hierarchy) => path.join(hierarchy.path, name, leaf, "cgroup.procs"));

const roots = (name: string) =>
  hierarchies()
    .map((hierarchy) => path.join(hierarchy.path, name))
    .filter((group) => fs.existsSync(group));

export const cgroupExists = (name: string) => roots(name).length > 0;

/** The cgroup and all below it, the deepest first. */
function treeOf(group: string): string[] {
  const children = () => {
    try {
      return fs.readdirSync(group, { withFileTypes: true });
    } catch {
      return [];
    }
  };
  return [
    ...children()
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => treeOf(path.join(group, entry.name))),
    group,
  ];
}

export function membersOf(name: string): number[] {
  const lines = roots(name)
    .flatMap(treeOf)
    .flatMap((group) => read(group, "cgroup.procs").split("\n"));
  return [...new Set(lines.filter(Boolean).map(Number))].filter((pid) => pid > 0);
}

/** Kills every member, and those that were forked meanwhile, until none is left. */
export async function killCgroup(name: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (let members = membersOf(name); members.length > 0; members = membersOf(name)) {
    if (Date.now() > deadline)
      throw new Error(
        `The processes ${members.join(", ")} of ${name} do not die, though killed; they probably wait for a disk. See: ps -o pid,stat,wchan,cmd -p ${members.join(",")}`,
      );
    for (const pid of members) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        /* gone by itself */
      }
    }
    await sleep(30);
  }
}

/** A cgroup stays busy for a moment after its last member died. */
export async function removeCgroup(name: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (let groups = roots(name); groups.length > 0; groups = roots(name)) {
    for (const group of groups.flatMap(treeOf)) {
      try {
        fs.rmdirSync(group);
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
    await sleep(20);
  }
}
