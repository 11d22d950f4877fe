export { clusterStatus, ensureCluster, stopCluster } from "./cluster";
export { nodes } from "./faults";
export { owner } from "./ownership";
export { whyNotHere } from "./platform";
