import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { Comparison } from "../changes";
import type { Fsync, Mode, OnDamage, Spread } from "./choices";
import type { RedisDeployed } from "./deployed";

/** What a Redis pod may use. Everything else that has to do with memory is derived from it: see `sizing.ts`. */
export interface ResourcesArgs {
  /**
   * Memory limit and request of each Redis pod, as a Kubernetes quantity in Mi or Gi; at least 64Mi.
   * @default "256Mi"
   */
  memory?: string;
  /**
   * CPU request of each Redis pod, as a Kubernetes quantity; there is no CPU limit, for throttling is a latency fault.
   * @default "100m"
   */
  cpu?: string;
}

export interface PersistenceArgs {
  /**
   * Size of each pod's volume, in Gi or Mi; at least what the memory needs (`sizing.ts`). May grow later, not shrink.
   * @default the smallest sensible, in whole Gi
   */
  size?: string;
  /**
   * StorageClass of the volumes (of the sentinels' alone, where `volumes` are given), for good.
   * @default the cluster's own default
   */
  storageClass?: Input<string>;
  /**
   * Names of ready-made PersistentVolumes, one for each data pod in turn, kept for the claims `data-<name>-0`...
   * @default a StorageClass makes them
   */
  volumes?: Input<string>[];
  /**
   * Whether the namespace and the claims of ready-made volumes refuse to be deleted; has to be applied as false first.
   * @default false
   */
  protect?: boolean;
  /**
   * Names of namespaces of this Redis that may be left, or deleted with all data in them, by another `namespace` or
   * another cluster.
   * @default none
   */
  discard?: string[];
  /** When a write reaches the disk. @default "everysec": a crash loses at most one second of writes */
  fsync?: Fsync;
  /**
   * What is done at start about data files that are damaged. Whatever it is, they are kept in a folder `damaged-<time>`
   * of the volume. In sentinel mode a damaged node copies everything from the master, and this is asked only where no
   * other node has data.
   *
   * - `stop`: nothing; the pod says which file, where, what a repair would lose, and what can be done
   * - `repair`: cut at the last good command, or back to the last RDB file, and say what was lost
   * - `restore`: begin with the archive that `restore` names
   * - `empty`: begin with nothing
   *
   * All but `stop` are for the one deployment that needs them. @default "stop"
   */
  onDamage?: OnDamage;
  /** RDB save points, as in redis.conf: pairs of seconds and changes. @default "3600 1 300 100 60 10000" */
  save?: string;
}

export interface AuthArgs {
  /**
   * Password of Redis and of the sentinels; 16 to 128 letters, digits or any of `-._~`.
   * @default generated, 32 characters
   */
  password?: Input<string>;
}

/** How fast, and how surely, a lost master is replaced. Sentinel mode only. */
export interface FailoverArgs {
  /** After how many milliseconds of silence a sentinel takes the master for lost; at least 1000. @default 2000 */
  downAfter?: number;
  /** Milliseconds, at least `downAfter`; a failover that failed is tried again after twice this. @default 10000 */
  failoverTimeout?: number;
  /** How many replicas at a time are brought over to a new master, at least 1. @default 2 */
  parallelSyncs?: number;
  /**
   * How many replicas have to follow the master within `maxLag`, or it refuses writes: 0 (never) to `replicas` - 1.
   * @default 1, with fewer than 3 data pods 0
   */
  minReplicas?: number;
  /**
   * Seconds, 2 to 60; how long a master that is cut off from its replicas goes on taking writes, and how far behind a
   * replica may be for reads.
   * @default 5
   */
  maxLag?: number;
}

/** The endpoint that always leads to the current master (HAProxy). Sentinel mode only. */
export interface EndpointArgs {
  /** Official HAProxy image, alpine variant, of a fixed version. @default "haproxy:3.0.11-alpine" */
  image?: string;
  /** How many HAProxy pods; at least 2, so that one may go. @default 2 */
  replicas?: number;
}

export interface SchedulingArgs {
  /** Whether pods of one kind (Redis, sentinels, endpoint) must be on different nodes. @default "preferred" */
  spread?: Spread;
  /** Labels that a node must have. @default none */
  nodeSelector?: Input<Record<string, Input<string>>>;
  /** Taints that the pods tolerate. @default none */
  tolerations?: Input<Input<k8s.types.input.core.v1.Toleration>[]>;
}

/**
 * What a Redis pod does about a kernel that is not as wanted (`components/kernel/wanted.ts`); it reads it at each
 * start, and logs it.
 */
export interface KernelArgs {
  /**
   * Whether it waits, in an init container that says why, until its node's kernel is right; otherwise it warns and
   * starts.
   * @default false
   */
  enforce?: boolean;
}

/** Any store that speaks S3. */
export interface S3Args {
  /** Where it answers, with its scheme: "https://s3.eu-central-1.amazonaws.com". */
  endpoint: string;
  /** Name of a bucket that is there already, 3 to 63 characters; nothing is made. */
  bucket: string;
  /** @default left to the store */
  region?: string;
  /** The key; it has to allow to list, read, write and delete. Kept in a Secret of the namespace. */
  accessKeyId: Input<string>;
  /** The other half of the key, kept with it. */
  secretAccessKey: Input<string>;
}

/** A volume of the cluster's own: archives on it are lost with the cluster. */
export interface ArchiveVolumeArgs {
  /** Name of a PersistentVolumeClaim that is there already, in the namespace. @default one is made */
  claim?: string;
  /** Size of the one that is made, in Gi or Mi. @default room for every archive that is kept, in whole Gi */
  size?: string;
  /** StorageClass of the one that is made. @default the cluster's own default */
  storageClass?: Input<string>;
}

/**
 * Consistent copies (RDB files) on a schedule, checked where they lie: the latest ones, and one of each day. They go to
 * exactly one of `bucket`, `s3` and `volume`, of which the volume alone is lost with the cluster.
 */
export interface ArchiveArgs {
  /** When one is taken, as five fields of cron, in UTC. @default "0 * * * *" */
  schedule?: string;
  /** How many of the latest are kept. @default 24 */
  hourly?: number;
  /** How many days are kept, with one archive each. @default 30 */
  daily?: number;
  /** A bucket of Google Cloud Storage, which the pods may use by workload identity: there is no key. */
  bucket?: Input<string>;
  s3?: S3Args;
  volume?: ArchiveVolumeArgs;
  /** The folder in it. @default "<namespace>/<name>" */
  root?: string;
  /**
   * When the latest archive is restored for trial, as five fields of cron, in UTC; false: never.
   * @default "30 4 * * 0"
   */
  drill?: string | false;
  /**
   * Whether a volume (or bucket) that is made for the archives refuses to be deleted; has to be applied as false first.
   * @default true
   */
  protect?: boolean;
  /** rclone's official image, of a fixed version. @default "rclone/rclone:1.71.2" */
  image?: string;
}

/**
 * Which archive an empty Redis begins with. It never takes the place of data: where there is some, it does nothing but
 * say so.
 */
export interface RestoreArgs {
  /**
   * "latest", the name of an archive ("2026-11-25T07-00-12Z"), or a time ("2026-11-25T07:00:12Z"): the newest archive
   * not after it.
   */
  from: string;
  /**
   * The folder of the archives, if they are another Redis' ("<namespace>/<name>" of that one).
   * @default its own, `archive.root`
   */
  root?: string;
}

/** Arguments of {@link Redis}. */
export interface RedisArgs extends Comparison<RedisDeployed> {
  /**
   * What tells the cluster from others, where the caller knows it; another one than before is refused.
   * @default with `before`: name and uid of the namespace kube-system, or, if `createNamespace` is false, of its own
   */
  cluster?: Input<string>;
  /**
   * `password` of the deployment before this one: another one is refused while nodes run that would not know it.
   * @default not compared
   */
  passwordBefore?: Input<string>;
  /** Which topology. `standalone` may become `sentinel` in place, not the other way round. */
  mode: Mode;
  /**
   * The namespace that everything lives in: lower-case letters, digits and `-`, starting with a letter, at most 42.
   * @default the component's name
   */
  namespace?: string;
  /**
   * Whether the namespace is made here, and goes with the rest, or is there already. Changed to false it stays.
   * @default true
   */
  createNamespace?: boolean;
  /**
   * Whether nothing runs, no Redis, sentinel, endpoint or scheduled job, while volumes, addresses, password and names
   * stay.
   * @default false
   */
  stopped?: boolean;
  /**
   * Official Redis image, alpine variant, of a fixed version: `x.y.z` in the tag, or a digest.
   * @default "redis:8.0.2-alpine"
   */
  image?: string;
  /** Data pods, the master among them, 2 to 9. Sentinel mode only. @default 3 */
  replicas?: number;
  /** Sentinels: 3, 5, 7 or 9. Sentinel mode only. @default 3 */
  sentinels?: number;
  /**
   * How many sentinels must agree that the master is lost; a majority at least. Sentinel mode only.
   * @default the majority
   */
  quorum?: number;
  /**
   * The name that the sentinels know the master by, at most 63 letters, digits and any of `._-`; unique, so that two
   * installations can never merge. Sentinel mode only.
   * @default "<stack>-<name>"
   */
  masterName?: string;
  resources?: ResourcesArgs;
  persistence?: PersistenceArgs;
  auth?: AuthArgs;
  failover?: FailoverArgs;
  endpoint?: EndpointArgs;
  scheduling?: SchedulingArgs;
  kernel?: KernelArgs;
  /** @default no archive */
  archive?: ArchiveArgs;
  /** Needs `archive`, which says where the archives are. @default it begins empty */
  restore?: RestoreArgs;
  /**
   * Further redis.conf directives, e.g. `{"maxmemory-policy": "allkeys-lru"}`; one that the component owns is refused
   * by name.
   * @default none
   */
  settings?: Record<string, string>;
}

/** {@link RedisArgs} with every default filled in. */
export interface RedisSettings {
  mode: Mode;
  namespace: string;
  createNamespace: boolean;
  stopped: boolean;
  image: string;
  replicas: number;
  sentinels: number;
  quorum: number;
  masterName: string;
  resources: Required<ResourcesArgs>;
  persistence: Required<Omit<PersistenceArgs, "storageClass" | "volumes">> &
    Pick<PersistenceArgs, "storageClass" | "volumes">;
  auth: AuthArgs;
  failover: Required<FailoverArgs>;
  endpoint: Required<EndpointArgs>;
  scheduling: SchedulingArgs & { spread: Spread };
  kernel: Required<KernelArgs>;
  archive?: ArchiveSettings;
  restore?: RestoreArgs;
  settings: Record<string, string>;
}

/** {@link ArchiveArgs} with every default filled in; one of `bucket`, `s3` and `volume` is there. */
export interface ArchiveSettings {
  schedule: string;
  hourly: number;
  daily: number;
  bucket?: Input<string>;
  s3?: S3Args;
  volume?: ArchiveVolumeArgs & { size: string };
  root: string;
  drill: string | false;
  protect: boolean;
  image: string;
}
