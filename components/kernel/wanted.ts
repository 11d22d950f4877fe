/**
 * What Redis wants of the kernel that it runs on. The one definition: the shell and the node pool's settings are
 * rendered from it.
 */
export const wantedKernel = {
  /**
   * net.core.somaxconn, the longest queue of connections that wait to be accepted. It belongs to a network namespace,
   * so to each pod. Nowhere is it set lower than it was: kernels of 5.4 and newer begin with the value that is set
   * here.
   */
  somaxconn: { atLeast: 1024, set: 4096 },
  /** /sys/kernel/mm/transparent_hugepage: with huge pages a fork copies 2 MiB for each small write. */
  hugePages: { enabled: "never", defrag: "never" },
  /**
   * vm.overcommit_memory; with anything but 1 the fork that saves the data may be refused although there is memory
   * enough.
   */
  overcommitMemory: 1,
} as const;

/**
 * The sysctls of a node, for a platform that sets them by itself (a node pool's settings): names and values as
 * sysctl(8) has them.
 */
export const wantedSysctls: Record<string, string> = {
  "net.core.somaxconn": String(wantedKernel.somaxconn.set),
  "vm.overcommit_memory": String(wantedKernel.overcommitMemory),
};

/** The same as shell variables: kernel-wanted.sh. */
export function wantedShell(): string {
  const { somaxconn, hugePages, overcommitMemory } = wantedKernel;
  const variables = {
    WANTED_SOMAXCONN: somaxconn.atLeast,
    RAISED_SOMAXCONN: somaxconn.set,
    WANTED_HUGE_PAGES: hugePages.enabled,
    WANTED_DEFRAG: hugePages.defrag,
    WANTED_OVERCOMMIT: overcommitMemory,
  };
  return [
    "# shellcheck shell=sh disable=SC2034",
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    "",
  ].join("\n");
}
