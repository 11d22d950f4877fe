import * as compute from "@pulumi/gcp/compute";
import type { ComponentResource, Resource } from "@pulumi/pulumi";
import type { DataDisk } from "./data-disk";
import type { GoogleCloudSettings } from "../settings";

/** When the disks are copied, and how long a copy is kept. */
export function createSnapshotSchedule(
  { name, project, region, disk: { snapshots } }: GoogleCloudSettings,
  parent: ComponentResource,
  dependsOn: Resource[],
): compute.ResourcePolicy {
  const { everyHours, startTime, retentionDays } = snapshots;
  return new compute.ResourcePolicy(
    name,
    {
      name: `${name}-snapshots`,
      project,
      region,
      snapshotSchedulePolicy: {
        schedule:
          everyHours === 24
            ? { dailySchedule: { daysInCycle: 1, startTime } }
            : { hourlySchedule: { hoursInCycle: everyHours, startTime } },
        // A snapshot is what is left when a disk was deleted by mistake: it must not go with it.
        retentionPolicy: { maxRetentionDays: retentionDays, onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS" },
        snapshotProperties: { labels: { "managed-by": "pulumi", "redis-gke": name }, storageLocations: region },
      },
    },
    { parent, dependsOn },
  );
}

/** A resource of its own: as a property of the disk, a changed schedule would replace the disk. */
export function attachSchedule(
  logicalName: string,
  disk: DataDisk,
  schedule: compute.ResourcePolicy,
  { project, region }: GoogleCloudSettings,
  parent: ComponentResource,
): void {
  // As protected as its disk: a destroy that stops at the disk would have ended its snapshots before. Told by the
  // resource, it is made again with a disk that is replaced; by its name alone, the new disk would be left without
  // snapshots.
  const { name } = disk.resource;
  const options = { parent, protect: disk.protect, dependsOn: [disk.resource] };
  if (disk.zones.length > 1)
    new compute.RegionDiskResourcePolicyAttachment(
      logicalName,
      { project, region, disk: name, name: schedule.name },
      options,
    );
  else
    new compute.DiskResourcePolicyAttachment(
      logicalName,
      { project, zone: disk.zones[0], disk: name, name: schedule.name },
      options,
    );
}
