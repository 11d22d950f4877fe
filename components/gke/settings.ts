import type {
  ArchiveBucketArgs,
  ClusterArgs,
  DiskArgs,
  GoogleCloudArgs,
  NodePoolArgs,
  Ranges,
  SnapshotArgs,
  WorkloadArgs,
} from "./args";
import { parseLocation } from "./rules/location";

/** What is used where an argument says nothing. */
export const defaults = {
  releaseChannel: "REGULAR",
  maintenanceStart: "03:00",
  // Private ranges that neither Docker nor Google's default network uses.
  ranges: { nodes: "10.64.0.0/22", pods: "10.68.0.0/16", services: "10.72.0.0/20", controlPlane: "10.64.8.0/28" },
  machineType: "e2-highmem-2",
  diskType: "pd-balanced",
  snapshots: { everyHours: 24, startTime: "04:00", retentionDays: 7 },
} as const satisfies { ranges: Ranges; snapshots: SnapshotArgs } & Record<string, unknown>;

/** {@link GoogleCloudArgs} with every default filled in. */
export interface GoogleCloudSettings {
  project: string;
  name: string;
  region: string;
  cluster: Required<Omit<ClusterArgs, "existing" | "ranges">> & Pick<ClusterArgs, "existing"> & { ranges: Ranges };
  nodePool: Required<NodePoolArgs>;
  disk: Required<Omit<DiskArgs, "replicaZones" | "snapshots">> &
    Pick<DiskArgs, "replicaZones"> & { snapshots: Required<SnapshotArgs> };
  archive?: ArchiveBucketArgs;
  workload: WorkloadArgs;
}

/** Fills in every default. The arguments must have passed {@link findMistakes}. */
export function withDefaults({
  project,
  name,
  cluster,
  nodePool = {},
  disk = {},
  archive,
  workload,
}: GoogleCloudArgs): GoogleCloudSettings {
  return {
    project,
    name,
    region: parseLocation(cluster.location)!.region,
    cluster: {
      location: cluster.location,
      existing: cluster.existing,
      releaseChannel: cluster.releaseChannel ?? defaults.releaseChannel,
      maintenanceStart: cluster.maintenanceStart ?? defaults.maintenanceStart,
      deletionProtection: cluster.deletionProtection ?? true,
      authorizedNetworks: cluster.authorizedNetworks ?? [],
      ranges: { ...defaults.ranges, ...cluster.ranges },
    },
    nodePool: {
      machineType: nodePool.machineType ?? defaults.machineType,
      zones: zonesOf(cluster, nodePool),
      nodesPerZone: nodePool.nodesPerZone ?? 1,
      sysctls: nodePool.sysctls ?? {},
      metadata: nodePool.metadata ?? {},
    },
    disk: {
      type: disk.type ?? defaults.diskType,
      replicaZones: disk.replicaZones,
      adopt: disk.adopt ?? [],
      protect: disk.protect ?? true,
      discard: disk.discard ?? [],
      snapshots: { ...defaults.snapshots, ...disk.snapshots },
    },
    archive,
    workload,
  };
}

/**
 * The zones of the nodes: those asked for, else the cluster's own; none if the cluster is in a region and nobody said.
 */
export function zonesOf(cluster: ClusterArgs, nodePool: NodePoolArgs = {}): string[] {
  const zone = parseLocation(cluster.location)?.zone;
  return nodePool.zones ?? (zone === undefined ? [] : [zone]);
}

/** The zone of a data pod's disk: the zones take turns, so that neighbours are never lost together. */
export const zoneOf = (ordinal: number, zones: readonly string[]): string => zones[ordinal % zones.length]!;

/** The disk that a data pod gets where none is adopted for it. */
export const diskNameOf = (name: string, ordinal: number): string => `${name}-${ordinal}`;
