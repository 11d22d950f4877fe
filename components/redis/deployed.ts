import type { Mode } from "./choices";

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
  archive?: ArchiveVolumeDeployed;
  /** Of the Redis that wrote the data: `x.y.z`, the last one that was known. */
  version?: string;
}

/** The archives' volume, where it was made here. */
export interface ArchiveVolumeDeployed {
  size: string;
  /** The StorageClass that made it. */
  storageClass?: string;
  /** The same, as older versions of this program remembered it: read, and no longer written. */
  madeBy?: string;
}
