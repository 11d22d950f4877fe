import type { Comparison } from "../changes";
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
   * Name of a cluster that is there already, in `location`; it is looked up and never changed, and every other field
   * here is refused.
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
  /** Address ranges of the cluster's own network. @default see `defaults.ranges` */
  ranges?: Partial<Ranges>;
}

/** Address ranges in CIDR notation, none of which may overlap another. */
export interface Ranges {
  /** The nodes. */
  nodes: string;
  /** The pods; each node takes a /24 of it. */
  pods: string;
  /** The Services. */
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
   */
  sysctls?: Record<string, string>;
  /** Metadata of the node's machines; keys that Google reserves, `startup-script` among them, are refused. */
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
export interface WorkloadArgs {
  /** Pods that need a disk each. */
  dataPods: number;
  /** Size of each disk, in whole GiB. */
  diskSize: number;
  /** Memory of each data pod, in bytes. */
  dataPodMemory: number;
  /** Processors that each data pod asks for. */
  dataPodCpus: number;
  /** The most pods of one kind that must all be on different nodes; 0 if they may share. */
  spread: number;
}
