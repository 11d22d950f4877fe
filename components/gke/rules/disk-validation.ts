import type { Mistake } from "../../mistake";
import type { GoogleCloudArgs, SnapshotArgs } from "../args";
import { parseLocation } from "./location";
import { defaults, diskNameOf, zonesOf } from "../settings";

/** The smallest disk that Google makes, in GiB. */
export const smallestDiskGib = 10;

/**
 * The smallest pd-standard in two zones. Source:
 * https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/regional-pd
 */
const smallestRegionalStandard = 200;

/** What Google takes as the name of a disk. */
const diskName = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What is wrong with the disks, by themselves or for the pods that they belong to. */
export function diskMistakes(args: GoogleCloudArgs): Mistake[] {
  const { disk = {}, workload } = args;
  return [
    ...sizeMistakes(workload.diskSize),
    ...replicaZoneMistakes(args),
    ...adoptMistakes(args),
    ...(disk.discard ?? []).flatMap((name, index) => nameMistake(`disk.discard.${index}`, name)),
    ...snapshotMistakes(disk.snapshots ?? {}),
  ];
}

const nameMistake = (property: string, name: string): Mistake[] =>
  diskName.test(name)
    ? []
    : [
        {
          property,
          value: name,
          reason:
            "is not a disk name that Google takes: 1 to 63 lower-case letters, digits and `-`, starting with a letter, not ending with `-`",
        },
      ];

function sizeMistakes(size: number): Mistake[] {
  return Number.isInteger(size) && size >= smallestDiskGib && size <= 65536
    ? []
    : [
        {
          property: "workload.diskSize",
          value: size,
          reason: `is not a size that Google makes: write "${smallestDiskGib}Gi" to "65536Gi", in whole Gi`,
        },
      ];
}

function replicaZoneMistakes({ cluster, nodePool, disk, workload }: GoogleCloudArgs): Mistake[] {
  const zones = disk?.replicaZones;
  if (zones === undefined) return [];
  const refuse = (reason: string): Mistake[] => [{ property: "disk.replicaZones", value: zones, reason }];
  if (workload.dataPods !== 1)
    return refuse("is for a single disk (standalone): the replicas of several data pods are in several zones already");
  const region = parseLocation(cluster.location)?.region;
  if (zones.length !== 2 || zones[0] === zones[1])
    return refuse(`has to be two zones: write e.g. ["${region ?? "europe-west1"}-b", "${region ?? "europe-west1"}-c"]`);
  if ((disk?.type ?? defaults.diskType) === "pd-standard" && workload.diskSize < smallestRegionalStandard) {
    return [
      {
        property: "workload.diskSize",
        value: workload.diskSize,
        reason: `is too small for a pd-standard in two zones, of which Google makes none under ${smallestRegionalStandard} GiB: write "${smallestRegionalStandard}Gi", or disk.type "pd-balanced"`,
      },
    ];
  }
  const missing = zones.filter((zone) => !zonesOf(cluster, nodePool).includes(zone));
  return missing.length === 0
    ? []
    : refuse(
        `has zones that no node is in (${missing.join(", ")}), so that its pod could not move there: add them to nodePool.zones`,
      );
}

function adoptMistakes({ name: stack, disk: { adopt = [] } = {}, workload: { dataPods } }: GoogleCloudArgs): Mistake[] {
  // Those of the data pods behind the ones that adopt: one of them adopted as well would be one disk for two pods.
  const made = Array.from({ length: dataPods }, (_, ordinal) => diskNameOf(stack, ordinal)).slice(adopt.length);
  const mistakes = adopt.flatMap((name, index) => {
    const property = `disk.adopt.${index}`;
    if (adopt.indexOf(name) !== index)
      return [{ property, value: name, reason: "stands there twice: each data pod has a disk of its own" }];
    if (made.includes(name))
      return [
        {
          property,
          value: name,
          reason: `is the name of the disk that data pod ${name.slice(stack.length + 1)} gets by itself: put it in that pod's place in the list, or take it out`,
        },
      ];
    return nameMistake(property, name);
  });
  return adopt.length <= dataPods
    ? mistakes
    : [
        ...mistakes,
        { property: "disk.adopt", value: adopt, reason: `names more disks than there are data pods (${dataPods})` },
      ];
}

function snapshotMistakes({ everyHours, startTime, retentionDays }: SnapshotArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  if (everyHours !== undefined && !(Number.isInteger(everyHours) && everyHours >= 1 && everyHours <= 24))
    mistakes.push({
      property: "disk.snapshots.everyHours",
      value: everyHours,
      reason: "has to be 1 to 24 whole hours: 24 is daily",
    });
  const daily = (everyHours ?? 24) === 24;
  const hours = daily ? /^(00|04|08|12|16|20):00$/ : /^([01]\d|2[0-3]):00$/;
  if (startTime !== undefined && !hours.test(startTime))
    mistakes.push({
      property: "disk.snapshots.startTime",
      value: startTime,
      reason: daily
        ? `has to be one of the hours in which Google makes daily snapshots: "00:00", "04:00", "08:00", "12:00", "16:00" or "20:00" (UTC)`
        : `has to be a full hour in UTC: write e.g. "04:00"`,
    });
  if (retentionDays !== undefined && !(Number.isInteger(retentionDays) && retentionDays >= 1))
    mistakes.push({
      property: "disk.snapshots.retentionDays",
      value: retentionDays,
      reason: "counts the days that a snapshot is kept: write 1 or more",
    });
  return mistakes;
}
