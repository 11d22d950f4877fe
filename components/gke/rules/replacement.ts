import { noChanges, together, type Changes } from "../../changes";
import type { Mistake } from "../../mistake";
import type { DiskShape, GoogleCloudDeployed } from "../deployed";
import { describeDeployed } from "./deployed";
import type { GoogleCloudSettings } from "../settings";

/**
 * What a change would replace or delete that holds data or is protected. Google's plugin previews a smaller disk as a
 * replacement, without a word about the data, and a protected cluster's as one too, which then fails in the middle of
 * `up`. Pure.
 */
export function findReplacements(before: GoogleCloudDeployed | undefined, settings: GoogleCloudSettings): Changes {
  if (before === undefined) return noChanges;
  const after = describeDeployed(settings);
  return together([
    clusterReplacements(before.cluster, after.cluster),
    moveToAnother(before, after),
    poolReplacements(before.nodePool, after.nodePool),
    diskReplacements(before, after, settings.disk.discard),
  ]);
}

function clusterReplacements(before: GoogleCloudDeployed["cluster"], after: GoogleCloudDeployed["cluster"]): Changes {
  if (!before.made) return noChanges;
  const changed: [string, unknown, unknown][] = [
    ["cluster.existing", undefined, after.made ? undefined : after.name],
    ...(after.made
      ? ([
          ["name", before.name, after.name],
          ["cluster.location", before.location, after.location],
        ] as [string, string, string][])
      : []),
    ...(after.made
      ? Object.keys(before.ranges).map((key): [string, unknown, unknown] => [
          `cluster.ranges.${key}`,
          before.ranges[key],
          after.ranges[key],
        ])
      : []),
  ];
  const replacing = changed.filter(([, old, now]) => old !== now);
  if (!before.deletionProtection)
    return {
      mistakes: [],
      warnings: replacing.map(
        ([property, old, now]) =>
          `${property}: ${String(old)} becomes ${String(now)}: this replaces the cluster and everything in it; the disks stay`,
      ),
    };
  return {
    mistakes: replacing.map(([property, , value]) => ({
      property,
      value,
      reason: `would replace the cluster ${before.name}, which is under deletion protection: run pulumi up with cluster.deletionProtection: false first`,
    })),
    warnings: [],
  };
}

/**
 * From a cluster of others, which is not ours to delete: what runs there is taken down, and made again where it is to
 * be.
 */
function moveToAnother(
  { cluster: before, disks }: GoogleCloudDeployed,
  { cluster: after }: GoogleCloudDeployed,
): Changes {
  const place = ({ name, location, made }: GoogleCloudDeployed["cluster"]) =>
    `${made ? "a new cluster" : `the cluster ${name}`} in ${location}`;
  if (before.made || place(before) === place(after)) return noChanges;
  const property = after.location === before.location ? "cluster.existing" : "cluster.location";
  const value = property === "cluster.location" ? after.location : after.made ? undefined : after.name;
  const move = `would take Redis down in ${place(before)} and make it again in ${place(after)}`;
  if (disks.some(({ protect }) => protect))
    return {
      mistakes: [
        {
          property,
          value,
          reason: `${move}, and its volumes are protected: run pulumi up with disk.protect: false and nothing else changed first`,
        },
      ],
      warnings: [],
    };
  return { mistakes: [], warnings: [`${property}: this ${move}; the disks move along`] };
}

function poolReplacements(before: GoogleCloudDeployed["nodePool"], after: GoogleCloudDeployed["nodePool"]): Changes {
  const mistakes: Mistake[] = [];
  const warnings: string[] = [];
  if (before.machineType !== after.machineType)
    warnings.push(
      `nodePool.machineType: ${before.machineType} becomes ${after.machineType}: every node is recreated, one at a time; a master hands over before its node goes`,
    );
  const keys =
    before.metadata === undefined
      ? []
      : [...new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata ?? {})])].filter(
          (key) => before.metadata![key] !== after.metadata?.[key],
        );
  for (const key of keys) {
    const what = "replaces the node pool: a new one is made, and then every node of the old one goes";
    if (before.protect)
      mistakes.push({
        property: `nodePool.metadata.${key}`,
        value: after.metadata?.[key],
        reason: `${what}, which is protected: run pulumi up with cluster.deletionProtection: false (disk.protect: false in a cluster of others) and nothing else changed first`,
      });
    else warnings.push(`nodePool.metadata.${key}: this ${what}`);
  }
  return { mistakes, warnings };
}

function diskReplacements(
  before: GoogleCloudDeployed,
  after: GoogleCloudDeployed,
  discard: readonly string[],
): Changes {
  const mistakes = before.disks.flatMap((disk) => diskMistakes(disk, after.disks, discard));
  // As long as a name stands in `discard` its disk has no protection, a new disk that has taken the name included.
  const open = after.disks.filter(
    ({ name }) =>
      discard.includes(name) &&
      before.disks.some(
        (disk) =>
          disk.name === name &&
          !whatIsLost(
            disk,
            after.disks.find((one) => one.name === name),
          ),
      ),
  );
  return {
    mistakes,
    warnings: open.map(
      ({ name }) =>
        `disk.discard: ${name} may be replaced or deleted with all that is on it as long as its name stands there: take it out when that is done`,
    ),
  };
}

function diskMistakes(
  before: GoogleCloudDeployed["disks"][number],
  wanted: GoogleCloudDeployed["disks"],
  discard: readonly string[],
): Mistake[] {
  const now = wanted.find(({ name }) => name === before.name);
  const loss = whatIsLost(before, now);
  if (!loss) return [];
  const said = discard.includes(before.name);
  if (said && !before.protect) return [];
  const first = before.protect ? ` and run pulumi up, which takes its protection off; then change this` : "";
  const reason = said
    ? `${loss.what}, and it is still protected: run pulumi up with nothing else changed first`
    : `${loss.what} and all that is on it: keep it, or name it in disk.discard${first}`;
  return [{ property: loss.property, value: loss.value, reason }];
}

function whatIsLost(
  before: DiskShape,
  now: DiskShape | undefined,
): { property: string; value: unknown; what: string } | undefined {
  const of = (verb: string) => `would ${verb} the disk ${before.name}`;
  if (!now) return { property: "disk", value: undefined, what: of("take away") };
  if (now.size < before.size)
    return {
      property: "workload.diskSize",
      value: now.size,
      what: `is less than the ${before.size} GiB it has, and a disk cannot shrink: it ${of("replace")}`,
    };
  if (now.type !== before.type)
    return { property: "disk.type", value: now.type, what: `(before: ${before.type}) ${of("replace")}` };
  if (now.zones.join() !== before.zones.join())
    return {
      property: now.zones.length > 1 || before.zones.length > 1 ? "disk.replicaZones" : "nodePool.zones",
      value: now.zones,
      what: `(before: ${before.zones.join()}) ${of("replace")}`,
    };
  return undefined;
}
