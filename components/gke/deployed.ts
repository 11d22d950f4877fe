/** What a disk looks like, as far as a change of it would replace it. */
export interface DiskShape {
  name: string;
  zones: string[];
  type: string;
  /** In GiB. */
  size: number;
}

/**
 * What the last `pulumi up` left, as far as a change of it would replace something. Kept as a stack output, and read
 * back from there.
 */
export interface GoogleCloudDeployed {
  cluster: {
    name: string;
    location: string;
    made: boolean;
    ranges: Record<string, string>;
    deletionProtection: boolean;
  };
  nodePool: {
    machineType: string;
    /** Not known of a deployment by an older version of this program. */
    metadata?: Record<string, string>;
    /** Whether the pools refuse to be deleted or replaced; not known of such a deployment either. */
    protect?: boolean;
  };
  disks: (DiskShape & { protect: boolean })[];
}
