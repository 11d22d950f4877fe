import type { Mode, RedisSettings } from "../args";
import { versionOf } from "./image";
import { parseBytes } from "./quantity";

/**
 * What the last deployment left, as far as a change of it would lose data or the way to them. Kept as a stack output,
 * and read back from there.
 */
export interface RedisDeployed {
  mode: Mode;
  namespace: string;
  /** In sentinel mode. */
  masterName?: string;
  /** This and the next ones are not known of a deployment by an older version of this program. */
  createNamespace?: boolean;
  protect?: boolean;
  /** What tells the cluster from others; not known either where nothing was compared. */
  cluster?: string;
  /** Of each data pod's volume, and the StorageClass that made it; neither where volumes are ready-made. */
  size?: string;
  storageClass?: string;
  /**
   * Names of the ready-made volumes; empty text for one that is only known once it is made. Undefined where a
   * StorageClass made them.
   */
  volumes?: string[];
  /** Whether nothing ran. */
  stopped?: boolean;
  /** Whether the password was generated, and not given. */
  passwordGenerated?: boolean;
  /** Of the archives' volume, where it was made here. */
  archive?: {
    size: string;
    /** As it was written; undefined where it was not. */
    storageClass?: string;
    /** The StorageClass that made it; not known of a deployment by an older version of this program. */
    madeBy?: string;
  };
  /** Of the Redis that wrote the data: `x.y.z`, the last one that was known. */
  version?: string;
}

/** The same of what is wanted now, as far as it is known before it is deployed. Pure. */
export const describeDeployed = (settings: RedisSettings, cluster?: string, before?: RedisDeployed): RedisDeployed => ({
  mode: settings.mode,
  namespace: settings.namespace,
  ...(settings.mode === "sentinel" && { masterName: settings.masterName }),
  createNamespace: settings.createNamespace,
  protect: settings.persistence.protect,
  cluster,
  ...(settings.persistence.volumes
    ? { volumes: settings.persistence.volumes.map(known) }
    : { size: settings.persistence.size }),
  stopped: settings.stopped,
  passwordGenerated: settings.auth.password === undefined,
  archive: archiveVolume(settings),
  // An image that is named by a digest does not say; what the one before it wrote is still the least that is needed.
  version: versionOf(settings.image) ?? before?.version,
});

const known = (value: unknown): string => (typeof value === "string" ? value : "");

function archiveVolume({ archive }: RedisSettings): RedisDeployed["archive"] {
  if (!archive?.volume || archive.volume.claim !== undefined) return undefined;
  return {
    size: archive.volume.size,
    ...(archive.volume.storageClass !== undefined && { storageClass: known(archive.volume.storageClass) }),
  };
}

/** By how many bytes each volume is to become larger; negative for smaller, 0 where it is not known. Pure. */
export function growth(before?: { size?: string }, after?: { size?: string }): number {
  const [was, is] = [before?.size, after?.size].map((size) => parseBytes(size ?? ""));
  return was === undefined || is === undefined ? 0 : is - was;
}
