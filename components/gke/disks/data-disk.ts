import type * as compute from "@pulumi/gcp/compute";
import type { Output } from "@pulumi/pulumi";

/** A disk, as a PersistentVolume needs it. */
export interface DataDisk {
  name: string;
  /** The zones that it can be attached in: one, or two for a regional disk. */
  zones: string[];
  /** In GiB. */
  size: number;
  /** `projects/P/zones/Z/disks/D`, or `regions/R`. */
  handle: Output<string>;
  /** Whether it refuses to be deleted or replaced. */
  protect: boolean;
  resource: compute.Disk | compute.RegionDisk;
}
