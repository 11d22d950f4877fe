/** Google's release channel of a cluster: how soon new versions of Kubernetes arrive. */
export type ReleaseChannel = (typeof releaseChannels)[number];
export const releaseChannels = ["RAPID", "REGULAR", "STABLE", "EXTENDED"] as const;

/** What a disk is made of, from slow and cheap to fast. */
export type DiskType = (typeof diskTypes)[number];
export const diskTypes = ["pd-standard", "pd-balanced", "pd-ssd"] as const;
