/**
 * One mounted cgroup hierarchy. A machine has one (v2), or one a controller (v1), or both kinds side by side (hybrid).
 */
export interface Hierarchy {
  path: string;
  version: 1 | 2;
  controllers: string[];
}

/** Mount options of a v1 hierarchy that are not the name of a controller. */
const options = new Set([
  "rw",
  "ro",
  "relatime",
  "noatime",
  "nosuid",
  "nodev",
  "noexec",
  "xattr",
  "clone_children",
  "noprefix",
]);

/** The hierarchies in the text of /proc/self/mounts, each once. */
export function hierarchiesIn(mounts: string): Hierarchy[] {
  const found = new Map<string, Hierarchy>();
  for (const line of mounts.split("\n")) {
    const [, mountPoint, type, settings = ""] = line.split(" ");
    if (!mountPoint || (type !== "cgroup" && type !== "cgroup2")) continue;
    const version = type === "cgroup2" ? 2 : 1;
    const controllers =
      version === 2
        ? []
        : settings
            .split(",")
            .filter((option) => !options.has(option) && !/^(release_agent|cpuset_v2_mode)/.test(option))
            .sort();
    const key = `${version} ${controllers.join(",")}`;
    if (!found.has(key)) found.set(key, { path: mountPoint, version, controllers });
  }
  return [...found.values()];
}

/** What the kubelet refuses to start without, on v2. */
const needed = ["cpu", "cpuset", "memory", "pids"];

/** What it makes use of where there is any. */
const wanted = [...needed, "io", "hugetlb"];

/**
 * What to write into `cgroup.subtree_control` so that the cgroups below get the controllers; empty when nothing is
 * missing. Controllers that the machine does not have, or that a v1 hierarchy holds, are not in `available` and are
 * left out.
 */
export function controllersToEnable(available: string, enabled: string): string {
  const have = available.trim().split(/\s+/);
  const on = enabled.trim().split(/\s+/);
  return wanted
    .filter((controller) => have.includes(controller) && !on.includes(controller))
    .map((controller) => `+${controller}`)
    .join(" ");
}

/** Controllers that a pure v2 machine lacks for the kubelet; a hybrid machine has them in v1. */
export function missingControllers(hierarchies: readonly Hierarchy[], availableInV2: string): string[] {
  const v1 = hierarchies.flatMap((hierarchy) => hierarchy.controllers);
  const v2 = availableInV2.trim().split(/\s+/);
  return needed.filter((controller) => !v2.includes(controller) && !v1.includes(controller));
}
