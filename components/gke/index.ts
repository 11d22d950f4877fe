export type * from "./args";
export { smallestDisk } from "./rules/disk-validation";
export { GoogleCloud } from "./google-cloud";
export { authPlugin } from "./cluster/kubeconfig";
export { nodeSelector, tolerations } from "./nodes/node-pool";
export type { Deployed } from "./rules/replacement";
export { findMistakes } from "./rules/validation";
export { Volumes } from "./disks/volumes";
