import type { Mistake } from "../mistake";
import { diskShapes, isProtected, type DiskShape } from "./disks";
import type { GoogleCloudSettings } from "./settings";

/** What the last `pulumi up` left, as far as a change of it would replace something. Kept as a stack output, and read back from there. */
export interface Deployed {
  cluster: { name: string; location: string; made: boolean; ranges: Record<string, string>; deletionProtection: boolean };
  nodePool: { machineType: string };
  disks: (DiskShape & { protect: boolean })[];
}

/** Mistakes stop the deployment; warnings are printed in its preview. */
export interface Replacements {
  mistakes: Mistake[];
  warnings: string[];
}

/** The same of what is wanted now. */
export const describeDeployed = (settings: GoogleCloudSettings): Deployed => ({
  cluster: {
    name: settings.cluster.existing ?? settings.name,
    location: settings.cluster.location,
    made: settings.cluster.existing === undefined,
    ranges: { ...settings.cluster.ranges },
    deletionProtection: settings.cluster.deletionProtection,
  },
  nodePool: { machineType: settings.nodePool.machineType },
  disks: diskShapes(settings).map((shape) => ({ ...shape, protect: isProtected(shape.name, settings.disk) })),
});

/**
 * What a change would replace or delete that holds data or is protected. Google's plugin previews a smaller disk as a replacement,
 * without a word about the data, and a protected cluster's as one too, which then fails in the middle of `up`. Pure.
 */
export function findReplacements(before: Deployed | undefined, settings: GoogleCloudSettings): Replacements {
  if (before === undefined) return { mistakes: [], warnings: [] };
  const after = describeDeployed(settings);
  const cluster = clusterReplacements(before.cluster, after.cluster);
  return {
    mistakes: [...cluster.mistakes, ...before.disks.flatMap((disk) => diskMistakes(disk, after.disks, settings.disk.discard))],
    warnings: [
      ...cluster.warnings,
      ...(before.nodePool.machineType === after.nodePool.machineType ? [] : [`nodePool.machineType: ${before.nodePool.machineType} becomes ${after.nodePool.machineType}: every node is recreated, one at a time; a master hands over before its node goes`]),
    ],
  };
}

function clusterReplacements(before: Deployed["cluster"], after: Deployed["cluster"]): Replacements {
  if (!before.made) return { mistakes: [], warnings: [] };
  const changed: [string, unknown, unknown][] = [
    ["cluster.existing", undefined, after.made ? undefined : after.name],
    ...(after.made ? [["name", before.name, after.name], ["cluster.location", before.location, after.location]] as [string, string, string][] : []),
    ...(after.made ? Object.keys(before.ranges).map((key): [string, unknown, unknown] => [`cluster.ranges.${key}`, before.ranges[key], after.ranges[key]]) : []),
  ];
  const replacing = changed.filter(([, old, now]) => old !== now);
  if (!before.deletionProtection) return { mistakes: [], warnings: replacing.map(([property, old, now]) => `${property}: ${String(old)} becomes ${String(now)}: this replaces the cluster and everything in it; the disks stay`) };
  return {
    mistakes: replacing.map(([property, , value]) => ({ property, value, reason: `would replace the cluster ${before.name}, which is under deletion protection: run pulumi up with cluster.deletionProtection: false first` })),
    warnings: [],
  };
}

function diskMistakes(before: Deployed["disks"][number], wanted: Deployed["disks"], discard: readonly string[]): Mistake[] {
  const now = wanted.find(({ name }) => name === before.name);
  const loss = whatIsLost(before, now);
  if (!loss) return [];
  const said = discard.includes(before.name);
  if (said && !before.protect) return [];
  const first = before.protect ? ` and run pulumi up, which takes its protection off; then change this` : "";
  const reason = said ? `${loss.what}, and it is still protected: run pulumi up with nothing else changed first` : `${loss.what} and all that is on it: keep it, or name it in disk.discard${first}`;
  return [{ property: loss.property, value: loss.value, reason }];
}

function whatIsLost(before: DiskShape, now: DiskShape | undefined): { property: string; value: unknown; what: string } | undefined {
  const of = (verb: string) => `would ${verb} the disk ${before.name}`;
  if (!now) return { property: "disk", value: undefined, what: of("take away") };
  if (now.size < before.size) return { property: "workload.diskSize", value: now.size, what: `is less than the ${before.size} GiB it has, and a disk cannot shrink: it ${of("replace")}` };
  if (now.type !== before.type) return { property: "disk.type", value: now.type, what: `(before: ${before.type}) ${of("replace")}` };
  if (now.zones.join() !== before.zones.join()) return { property: "nodePool.zones", value: now.zones, what: `(before: ${before.zones.join()}) ${of("replace")}` };
  return undefined;
}
