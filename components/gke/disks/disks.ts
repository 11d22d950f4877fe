import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import type { DiskShape } from "../deployed";
import { diskShapes, isDiskProtected } from "../rules/deployed";
import type { GoogleCloudSettings } from "../settings";
import type { DataDisk } from "./data-disk";
import { attachSchedule, createSnapshotSchedule } from "./snapshots";

/** The disks that hold the data, and the schedule of their snapshots. */
export class Disks extends pulumi.ComponentResource {
  readonly disks: DataDisk[];

  constructor(
    name: string,
    settings: GoogleCloudSettings,
    dependsOn: pulumi.Resource[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("redis-gke:gke:Disks", name, {}, opts);
    const schedule = createSnapshotSchedule(settings, this, dependsOn);
    this.disks = diskShapes(settings).map((shape, ordinal) =>
      this.create(`${name}-${ordinal}`, shape, settings, dependsOn),
    );
    for (const [ordinal, disk] of this.disks.entries())
      attachSchedule(`${name}-${ordinal}`, disk, schedule, settings, this);
    this.registerOutputs({});
  }

  private create(
    logicalName: string,
    shape: DiskShape,
    { project, region, disk }: GoogleCloudSettings,
    dependsOn: pulumi.Resource[],
  ): DataDisk {
    const adopted = disk.adopt.includes(shape.name);
    const regional = disk.replicaZones !== undefined;
    const place = regional ? `regions/${region}` : `zones/${shape.zones[0]}`;
    const args = {
      name: shape.name,
      project,
      type: shape.type,
      size: shape.size,
      labels: { "managed-by": "pulumi" },
      // The last resort of a destroy that was not meant: it costs little, and it is not in the stack.
      createSnapshotBeforeDestroy: true,
    };
    const protect = isDiskProtected(shape.name, disk);
    const options: pulumi.CustomResourceOptions = {
      parent: this,
      dependsOn,
      protect,
      // The last guard: a replacement that nothing else has noticed (a failed `up` left `before` as it was) makes the
      // new disk first, which Google refuses because the name is taken, instead of deleting the old one.
      deleteBeforeReplace: disk.discard.includes(shape.name),
      // What others made by hand is not ours to delete, nor to label.
      ...(adopted
        ? {
            import: `projects/${project}/${place}/disks/${shape.name}`,
            retainOnDelete: true,
            ignoreChanges: ["labels", "description"],
          }
        : {}),
    };
    const resource = regional
      ? new compute.RegionDisk(logicalName, { ...args, region, replicaZones: shape.zones }, options)
      : new compute.Disk(logicalName, { ...args, zone: shape.zones[0] }, options);
    return { name: shape.name, zones: shape.zones, size: shape.size, protect, handle: resource.id, resource };
  }
}
