export type * from "./args";
export { smallestDisk } from "./rules/disk-validation";
export { GoogleCloud } from "./google-cloud";
export { authPlugin } from "./cluster/kubeconfig";
export { nodeSelector, tolerations } from "./nodes/node-pool";
export * from "./choices";
export type { GoogleCloudDeployed } from "./deployed";
export { findMistakes } from "./rules/validation";
export { Volumes } from "./disks/volumes";
