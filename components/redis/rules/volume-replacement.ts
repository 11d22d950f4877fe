import type { Mistake } from "../../mistake";
import type { RedisDeployed } from "../deployed";
import { archiveClass, growth } from "./deployed";

/** Claims keep the class that they were made of, which may be written or left out; an Output is not looked into. */
const isOtherClass = (made: string | undefined, written: unknown): boolean =>
  made !== undefined && typeof written === "string" && written !== made;

export function otherClass(before: RedisDeployed, storageClass: unknown): Mistake[] {
  if (!isOtherClass(before.storageClass, storageClass)) return [];
  return [
    {
      property: "persistence.storageClass",
      value: storageClass,
      reason: `is not the StorageClass of the volumes that are there, and they cannot change it: write "${before.storageClass}" or leave it out; the way to another is a new stack that begins with an archive of this one`,
    },
  ];
}

export function otherSize(before: RedisDeployed, after: RedisDeployed, mayGrow?: boolean): Mistake[] {
  const refuse = (reason: string): Mistake[] => [{ property: "persistence.size", value: after.size, reason }];
  const more = growth(before, after);
  if (more < 0) return refuse(`is less than the volumes have, and a volume cannot shrink: write "${before.size}"`);
  if (more > 0 && mayGrow === false)
    return refuse(
      `is more than the ${before.size} that the volumes have, and their StorageClass ${before.storageClass} does not let them grow (allowVolumeExpansion): stay at that size, and at memory that it is enough for; the way to more is a new stack that begins with an archive of this one`,
    );
  return [];
}

/** A claim lets go of its volume only once no pod uses it: an `up` would wait for that in vain. */
export function otherVolumes(before: RedisDeployed, { volumes }: RedisDeployed): Mistake[] {
  const refuse = (reason: string): Mistake[] => [{ property: "persistence.volumes", value: volumes, reason }];
  if (before.volumes === undefined) {
    // An older version of this program did not say where the data are.
    if (before.size === undefined || volumes === undefined) return [];
    return refuse(
      "would leave the volumes that a StorageClass made, with the data on them: take it out; the way to volumes of your own is a new stack that begins with an archive of this one",
    );
  }
  if (volumes === undefined)
    return refuse(
      `is missing, and the data are on volumes that were named there: write ${JSON.stringify(before.volumes)}`,
    );
  const taken = before.volumes.filter((name, ordinal) => name && volumes[ordinal] && volumes[ordinal] !== name);
  if (taken.length === 0 || before.stopped) return [];
  return refuse(
    `would take ${taken.join(", ")} away from a Redis that runs: run pulumi up with stopped: true and persistence.protect: false, and nothing else changed, first`,
  );
}

/** The archives go with the volume that they are on. */
export function otherArchiveVolume(
  before: RedisDeployed["archive"],
  after: RedisDeployed["archive"],
  storageClass: unknown,
  mayGrow?: boolean,
): Mistake[] {
  if (!before || !after) return [];
  const wanted = { size: after.size, storageClass };
  const refuse = (property: keyof typeof wanted, reason: string): Mistake => ({
    property: `archive.volume.${property}`,
    value: wanted[property],
    reason,
  });
  const made = archiveClass(before);
  const ownClaim = "make a claim yourself, and name it in archive.volume.claim";
  const more = growth(before, after);
  return [
    ...(more < 0
      ? [refuse("size", `is less than the archives' volume has, and a volume cannot shrink: write "${before.size}"`)]
      : []),
    ...(more > 0 && mayGrow === false
      ? [
          refuse(
            "size",
            `is more than the ${before.size} that the archives' volume has, and its StorageClass ${made} does not let it grow (allowVolumeExpansion): write "${before.size}", or ${ownClaim}`,
          ),
        ]
      : []),
    ...(isOtherClass(made, storageClass)
      ? [
          refuse(
            "storageClass",
            `is not the StorageClass that the archives' volume was made of, and it cannot change it: write "${made}" or leave it out; or ${ownClaim}`,
          ),
        ]
      : []),
  ];
}

export const largerVolumes = (before: RedisDeployed, after: RedisDeployed): string[] =>
  growth(before, after) > 0
    ? [`persistence.size: the volumes grow from ${before.size} to ${after.size}, and cannot shrink again`]
    : [];
