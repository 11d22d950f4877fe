export type * from "./args";
export { smallestDisk } from "./disk-validation";
export { GoogleCloud } from "./google-cloud";
export { authPlugin } from "./kubeconfig";
export { nodeSelector, tolerations } from "./node-pool";
export type { Deployed } from "./replacement";
export { findMistakes } from "./validation";
export { Volumes } from "./volumes";
