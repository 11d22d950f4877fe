import type { Comparison } from "../changes";
import type { Workload } from "../workload";
import type { DiskType, ReleaseChannel } from "./choices";
import type { GoogleCloudDeployed } from "./deployed";

/** Where the control plane and the nodes are, and how the cluster is kept. */
export interface ClusterArgs {
  /**
   * A zone ("europe-west1-b": one control plane, the cheapest) or a region ("europe-west1": one in each of three
   * zones).
   */
  location: string;
  /**
   * Name of a cluster that is there already, in `location`. It is looked up and never changed; a field that only a new
   * cluster could have (every one below) is refused beside it.
   * @default a cluster is made
   */
  existing?: string;
  /** Google's release channel: how soon new Kubernetes versions arrive. @default "REGULAR" */
  releaseChannel?: ReleaseChannel;
  /** Start of the daily four hours in which Google may upgrade, "HH:MM" in UTC. @default "03:00" */
  maintenanceStart?: string;
  /** Whether the cluster refuses to be deleted or replaced; has to be applied as false first. @default true */
  deletionProtection?: boolean;
  /**
   * Address ranges that may reach the control plane, in CIDR notation.
   * @default any: it still asks for a Google identity
   */
  authorizedNetworks?: string[];
  /**
   * Address ranges of the cluster's own network, in CIDR notation.
   * @default nodes "10.64.0.0/22", pods "10.68.0.0/16", services "10.72.0.0/20", controlPlane "10.64.8.0/28"
   */
  ranges?: Partial<Ranges>;
}

/** Address ranges in CIDR notation, none of which may overlap another. */
export interface Ranges {
  /** The nodes. */
  nodes: string;
  /** The pods, a /21 or larger; each node takes a /24 of it, one more in each zone during an upgrade. */
  pods: string;
  /** The Services, a /27 or larger. */
  services: string;
  /** The control plane: a /28. */
  controlPlane: string;
}

/** The nodes that nothing but this Redis runs on. */
export interface NodePoolArgs {
  /**
   * Machine type; at least 15 GB of memory, or Google refuses `vm.overcommit_memory`.
   * @default "e2-highmem-2", the cheapest that has them
   */
  machineType?: string;
  /**
   * Zones that the nodes (and the disks) are in.
   * @default the cluster's zone; required where `cluster.location` is a region
   */
  zones?: string[];
  /** Nodes in each zone. @default 1 */
  nodesPerZone?: number;
  /**
   * Further sysctls of the nodes and of all pods on them, from Google's list; the ones that Redis needs are always set.
   * @default none
   */
  sysctls?: Record<string, string>;
  /**
   * Metadata of the nodes' machines; keys that Google reserves, `startup-script` among them, are refused.
   * @default none
   */
  metadata?: Record<string, string>;
}

/** The disks that hold the data: one for each data pod, in its zone. */
export interface DiskArgs {
  /** What they are made of. @default "pd-balanced" */
  type?: DiskType;
  /**
   * Two zones that a single disk is written to at the same time, so that the data survives the loss of one. Standalone
   * only.
   * @default none
   */
  replicaZones?: string[];
  /**
   * Names of disks that are there already, for the first data pods in turn. They become part of the stack, but outlive
   * its destruction.
   * @default none: each is made
   */
  adopt?: string[];
  /**
   * Whether disks and the volumes on them refuse to be deleted or replaced; has to be applied as false first.
   * @default true
   */
  protect?: boolean;
  /**
   * Names of disks that may be deleted or replaced with all that is on them: by a smaller size, another type or zone,
   * fewer replicas.
   * @default none
   */
  discard?: string[];
  /** When snapshots are taken and how long they are kept. @default daily at 04:00 UTC, kept for 7 days */
  snapshots?: SnapshotArgs;
}

/** A snapshot schedule; Google keeps one for a disk. */
export interface SnapshotArgs {
  /** Hours from one snapshot to the next: 24 is daily. @default 24 */
  everyHours?: number;
  /** Start of the first one in a day, "HH:00" in UTC; for daily ones a multiple of four hours. @default "04:00" */
  startTime?: string;
  /** Days that a snapshot is kept, also after its disk is gone. @default 7 */
  retentionDays?: number;
}

/** The bucket that archives go to, and who writes them. */
export interface ArchiveBucketArgs {
  /** Name of a bucket that is there already; it is left as it is, but for who may use it. @default one is made */
  existing?: string;
  /**
   * Whether the one that is made, and the right to use it, refuse to be deleted or replaced; has to be applied as false
   * first.
   * @default true
   */
  protect?: boolean;
  /** The folder of the archives, which holds `hourly/` and `daily/`. */
  root: string;
  /** How many days are kept. */
  daily: number;
  /** The Kubernetes ServiceAccount of the pods that write, read and delete archives. */
  writer: { namespace: string; serviceAccount: string };
}

/** Arguments of {@link GoogleCloud}. */
export interface GoogleCloudArgs extends Comparison<GoogleCloudDeployed> {
  /** Id of the Google Cloud project. */
  project: string;
  /** What everything is named after: the cluster, its network, the disks (`<name>-0`...). At most 24 characters. */
  name: string;
  cluster: ClusterArgs;
  nodePool?: NodePoolArgs;
  disk?: DiskArgs;
  /** @default no bucket */
  archive?: ArchiveBucketArgs;
  /** What is to run on the nodes. */
  workload: WorkloadArgs;
}

/** What the nodes and the disks have to be enough for. */
export interface WorkloadArgs extends Workload {
  /** Size of each disk, in whole GiB. */
  diskSize: number;
}
