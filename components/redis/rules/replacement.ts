import { noChanges, type Changes } from "../../changes";
import type { Mistake } from "../../mistake";
import type { RedisSettings } from "../args";
import type { RedisDeployed } from "../deployed";
import { growth } from "./deployed";

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
  { image, persistence: { discard, storageClass } }: RedisSettings,
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
      ...otherArchiveVolume(before.archive, after.archive, archiveMayGrow),
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

/** From a place that holds data to one that is empty. */
interface Move {
  mistake: Mistake;
  toAnotherCluster: boolean;
}

const giveUp = ({ namespace }: RedisDeployed) => `to give up the data there, name ${namespace} in persistence.discard`;

function findMove(before: RedisDeployed, after: RedisDeployed): Move | undefined {
  if (isAnother(before.cluster, after.cluster)) {
    const reason = `leads to another cluster than the one that this stack was deployed to (${before.cluster}; here it is ${after.cluster}), and its data are there: name that one's; or, ${giveUp(before)} and run pulumi up --refresh`;
    return { toAnotherCluster: true, mistake: { property: "cluster", value: undefined, reason } };
  }
  if (before.namespace === after.namespace) return undefined;
  const loss =
    before.createNamespace === false
      ? `would take Redis down in the namespace ${before.namespace} and leave its data there`
      : `would delete the namespace ${before.namespace} with the volumes in it`;
  return {
    toAnotherCluster: false,
    mistake: {
      property: "namespace",
      value: after.namespace,
      reason: `${loss}, and begin empty: write "${before.namespace}"; or, ${giveUp(before)}`,
    },
  };
}

/** A namespace and its uid tell a cluster: those of different namespaces say nothing of each other. */
function isAnother(before?: string, after?: string): boolean {
  if (before === undefined || after === undefined) return false;
  const [there, here] = [before, after].map((mark) => /^(\S+) (\S{36})$/.exec(mark));
  return before !== after && !(there && here && there[1] !== here[1]);
}

function movesWhatWasGivenUp(before: RedisDeployed, { mistake, toAnotherCluster }: Move): Changes {
  if (toAnotherCluster)
    return {
      mistakes: [],
      warnings: [
        `persistence.discard: the data in ${before.namespace} stay behind in the cluster of before. Without --refresh pulumi up looks for what it made there`,
      ],
    };
  if (before.protect)
    return {
      mistakes: [
        {
          ...mistake,
          reason: `is another namespace than ${before.namespace}, which is still protected: run pulumi up with persistence.protect: false (on Google Cloud disk.protect) and nothing else changed first`,
        },
      ],
      warnings: [],
    };
  return {
    mistakes: [],
    warnings: [
      `persistence.discard: Redis in ${before.namespace} goes with all its data, and begins empty in another namespace`,
    ],
  };
}

/** The other way round, the namespace is let go of and stays as it is. */
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

/** Claims keep the class that they were made of. */
function otherClass(before: RedisDeployed, storageClass: unknown): Mistake[] {
  if (before.storageClass === undefined || typeof storageClass !== "string" || storageClass === before.storageClass)
    return [];
  return [
    {
      property: "persistence.storageClass",
      value: storageClass,
      reason: `is not the StorageClass of the volumes that are there, and they cannot change it: write "${before.storageClass}" or leave it out; the way to another is a new stack that begins with an archive of this one`,
    },
  ];
}

function otherSize(before: RedisDeployed, after: RedisDeployed, mayGrow?: boolean): Mistake[] {
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
function otherVolumes(before: RedisDeployed, { volumes }: RedisDeployed): Mistake[] {
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
function otherArchiveVolume(
  before: RedisDeployed["archive"],
  after: RedisDeployed["archive"],
  mayGrow?: boolean,
): Mistake[] {
  if (!before || !after) return [];
  const refuse = (property: "size" | "storageClass", reason: string): Mistake => ({
    property: `archive.volume.${property}`,
    value: after[property],
    reason,
  });
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
            `is more than the ${before.size} that the archives' volume has, and its StorageClass ${before.madeBy} does not let it grow (allowVolumeExpansion): write "${before.size}", or ${ownClaim}`,
          ),
        ]
      : []),
    ...(before.storageClass !== after.storageClass
      ? [
          refuse(
            "storageClass",
            `is not the StorageClass that the archives' volume was made of, and it cannot change it: ${before.storageClass === undefined ? "leave it out" : `write "${before.storageClass}"`}; or ${ownClaim}`,
          ),
        ]
      : []),
  ];
}

const largerVolumes = (before: RedisDeployed, after: RedisDeployed): string[] =>
  growth(before, after) > 0
    ? [`persistence.size: the volumes grow from ${before.size} to ${after.size}, and cannot shrink again`]
    : [];
