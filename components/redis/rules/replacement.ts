import { noChanges, type Changes } from "../../changes";
import type { Mistake } from "../../mistake";
import type { RedisSettings } from "../args";
import type { RedisDeployed } from "../deployed";
import { findMove, movesWhatWasGivenUp } from "./move";
import { largerVolumes, otherArchiveVolume, otherClass, otherSize, otherVolumes } from "./volume-replacement";

/** What had to be asked for. */
export interface Facts {
  /** Whether the StorageClass of the volumes lets them grow; undefined where it need not, or may not be looked at. */
  mayGrow?: boolean;
  /** The same of the archives' volume. */
  archiveMayGrow?: boolean;
  /** Whether the password is another one than before. */
  otherPassword?: boolean;
}

/**
 * What a change would do to data that are there, or to the way to them. Kubernetes would be asked to do it without a
 * word. Pure.
 */
export function findReplacements(
  before: RedisDeployed | undefined,
  after: RedisDeployed,
  { image, persistence: { discard, storageClass }, archive }: RedisSettings,
  { mayGrow, archiveMayGrow, otherPassword }: Facts = {},
): Changes {
  if (before === undefined) return noChanges;
  const move = findMove(before, after);
  const said = discard.includes(before.namespace);
  if (move && said) return movesWhatWasGivenUp(before, move);
  // What it would do to the data of another cluster is not worth a word.
  if (move?.toAnotherCluster) return { mistakes: [move.mistake], warnings: [] };
  return {
    mistakes: [
      ...(move ? [move.mistake] : []),
      ...namespaceOwner(before, after),
      ...otherMode(before, after),
      ...otherMaster(before, after),
      ...olderVersion(before, after, image),
      ...(otherPassword ? refusedPassword(before, after) : []),
      ...otherClass(before, storageClass),
      ...otherSize(before, after, mayGrow),
      ...otherVolumes(before, after),
      ...otherArchiveVolume(before.archive, after.archive, archive?.volume?.storageClass, archiveMayGrow),
    ],
    warnings: [
      ...takesOver(before, after),
      ...(otherPassword ? newPassword(before, after) : []),
      ...(said
        ? [
            `persistence.discard: ${before.namespace} may be left or deleted with its data as long as its name stands there: take it out when that is done`,
          ]
        : []),
      ...largerVolumes(before, after),
    ],
  };
}

/** Refuses to take over a namespace that others made. To let go of one is allowed: it stays as it is. */
function namespaceOwner(before: RedisDeployed, after: RedisDeployed): Mistake[] {
  if (before.createNamespace !== false || !after.createNamespace || before.namespace !== after.namespace) return [];
  return [
    {
      property: "createNamespace",
      value: true,
      reason: `would make the namespace ${after.namespace}, which others made: write false`,
    },
  ];
}

/** Of several nodes one would stay, and nothing says that it is the one with the latest data. */
function otherMode(before: RedisDeployed, after: RedisDeployed): Mistake[] {
  if (before.mode === after.mode || before.mode === "standalone") return [];
  return [
    {
      property: "mode",
      value: after.mode,
      reason: `is not the mode of the data that are there: write "${before.mode}"; the way to "${after.mode}" is a new stack that begins with an archive of this one (docs/operations.md, "Another mode")`,
    },
  ];
}

const takesOver = (before: RedisDeployed, after: RedisDeployed): string[] =>
  before.mode === "standalone" && after.mode === "sentinel"
    ? [
        `mode: the Redis that is there becomes the first master: replicas follow it, the endpoint leads to it, and then it is replaced itself, for which no write is taken for some seconds. There is no way back in place`,
      ]
    : [];

/** A node with the one password neither follows nor answers one with the other. Alone there is nobody else. */
const alone = (before: RedisDeployed, after: RedisDeployed) =>
  before.mode === "standalone" && after.mode === "standalone";

function refusedPassword(before: RedisDeployed, after: RedisDeployed): Mistake[] {
  if (alone(before, after) || before.stopped || after.stopped) return [];
  return [
    {
      property: "auth.password",
      value: "[secret]",
      reason:
        "is another one than Redis runs with, and nodes with the one do not talk to those with the other: run pulumi up with stopped: true beside it, and then without that. Redis is away for that time, and loses nothing",
    },
  ];
}

const newPassword = (before: RedisDeployed, after: RedisDeployed): string[] =>
  alone(before, after) && !before.stopped
    ? ["auth.password: Redis restarts with another password, which clients need from then on"]
    : [];

function otherMaster(before: RedisDeployed, after: RedisDeployed): Mistake[] {
  if (before.masterName === undefined || after.masterName === undefined || before.masterName === after.masterName)
    return [];
  return [
    {
      property: "masterName",
      value: after.masterName,
      reason: `is not the name that clients and sentinels know the master by: write "${before.masterName}"; another name needs a new stack`,
    },
  ];
}

function olderVersion(before: RedisDeployed, after: RedisDeployed, image: string): Mistake[] {
  if (before.version === undefined || after.version === undefined || release(before.version) <= release(after.version))
    return [];
  const [wrote, reads] = [before.version, after.version].map((version) => version.split(".").slice(0, 2).join("."));
  return [
    {
      property: "image",
      value: image,
      reason: `is older than the data: ${wrote} wrote what ${reads} cannot read. Write an image of ${wrote} or newer; the way back is a new stack that begins with an archive which ${reads} made (restore.from)`,
    },
  ];
}

/** Major and minor as one number that orders them: within a minor version the files stay the same. */
function release(version: string): number {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major * 1000 + minor;
}
