import * as k8s from "@pulumi/kubernetes";
import { KernelTuning } from "redis-gke/kernel";
import { Redis } from "redis-gke/redis";

// What somebody changed by hand does not refuse an update half-way, and the list of addresses is changed in place.
const provider = new k8s.Provider("kubernetes", { enablePatchForce: true, enableConfigMapMutable: true });

// One for sessions, which may be evicted, and one that keeps orders and has an archive of them.
const sessions = new Redis(
  "sessions",
  { mode: "sentinel", resources: { memory: "256Mi" }, settings: { "maxmemory-policy": "allkeys-lru" } },
  { provider },
);
const orders = new Redis(
  "orders",
  {
    mode: "sentinel",
    resources: { memory: "1Gi" },
    persistence: { fsync: "always" },
    archive: { volume: {} },
  },
  { provider },
);

// What Redis wants of the kernel, on each node.
new KernelTuning("kernel", { namespace: "redis-kernel", image: orders.image }, { provider });

export const sessionsUrl = sessions.url;
export const ordersSentinels = orders.sentinelNodes;
export const ordersMaster = orders.masterName;
