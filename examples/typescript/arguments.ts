import * as pulumi from "@pulumi/pulumi";
import type { RedisArgs } from "redis-gke/redis";

const config = new pulumi.Config();

/** Each block of arguments once, as the package's README shows it; a test holds the two together. */
export const args: RedisArgs = {
  mode: "sentinel",
  namespace: "cache",
  image: "redis:8.0.2-alpine",
  replicas: 5,
  sentinels: 3,
  quorum: 2,
  masterName: "orders",
  resources: { memory: "1Gi", cpu: "250m" },
  persistence: { size: "16Gi", storageClass: "ssd", fsync: "always", protect: true },
  auth: { password: config.requireSecret("password") },
  failover: { downAfter: 3000, failoverTimeout: 15000, parallelSyncs: 1, minReplicas: 2, maxLag: 10 },
  endpoint: { image: "haproxy:3.0.11-alpine", replicas: 3 },
  scheduling: {
    spread: "required",
    nodeSelector: { disk: "ssd" },
    tolerations: [{ key: "dedicated", value: "redis", effect: "NoSchedule" }],
  },
  kernel: { enforce: true },
  archive: {
    s3: {
      endpoint: "https://s3.eu-central-1.amazonaws.com",
      bucket: "orders-archive",
      region: "eu-central-1",
      accessKeyId: config.require("accessKeyId"),
      secretAccessKey: config.requireSecret("secretAccessKey"),
    },
    schedule: "15 * * * *",
    hourly: 48,
    daily: 90,
    drill: "0 5 * * 1",
  },
  restore: { from: "2026-11-25T07:00:12Z", root: "cache/old-orders" },
  settings: { "maxmemory-policy": "allkeys-lru", "notify-keyspace-events": "Ex" },
};
