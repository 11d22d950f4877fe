import type { DiskShape, GoogleCloudDeployed } from "../deployed";
import { diskNameOf, zoneOf, type GoogleCloudSettings } from "../settings";

/** The disks that the settings ask for, in the order of the data pods. Pure. */
export const diskShapes = ({ name, disk, nodePool, workload }: GoogleCloudSettings): DiskShape[] =>
  Array.from({ length: workload.dataPods }, (_, ordinal) => ({
    name: disk.adopt[ordinal] ?? diskNameOf(name, ordinal),
    zones: disk.replicaZones ?? [zoneOf(ordinal, nodePool.zones)],
    type: disk.type,
    size: workload.diskSize,
  }));

/** Redis's data are on it: whoever wants a disk replaced or deleted has said so in `protect` or `discard`. */
export const isDiskProtected = (name: string, { protect, discard }: GoogleCloudSettings["disk"]): boolean =>
  protect && !discard.includes(name);

/**
 * A destroy takes the nodes first, and comes to what is protected only then: Redis would be down, and its disks and the
 * cluster still there.
 */
export const isPoolProtected = ({ cluster, disk }: GoogleCloudSettings): boolean =>
  cluster.existing === undefined ? cluster.deletionProtection : disk.protect;

/** What the settings would leave deployed, in the form in which the last deployment was noted, to be compared. Pure. */
export const describeDeployed = (settings: GoogleCloudSettings): GoogleCloudDeployed => ({
  cluster: {
    name: settings.cluster.existing ?? settings.name,
    location: settings.cluster.location,
    made: settings.cluster.existing === undefined,
    ranges: { ...settings.cluster.ranges },
    deletionProtection: settings.cluster.deletionProtection,
  },
  nodePool: {
    machineType: settings.nodePool.machineType,
    metadata: { ...settings.nodePool.metadata },
    protect: isPoolProtected(settings),
  },
  disks: diskShapes(settings).map((shape) => ({ ...shape, protect: isDiskProtected(shape.name, settings.disk) })),
});
