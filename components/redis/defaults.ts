/** What is used where an argument says nothing: the one place that has these values. */
export const defaults = {
  image: "redis:8.0.2-alpine",
  replicas: 3,
  sentinels: 3,
  memory: "256Mi",
  cpu: "100m",
  fsync: "everysec",
  save: "3600 1 300 100 60 10000",
  onDamage: "stop",
  spread: "preferred",
  failover: { downAfter: 2000, failoverTimeout: 10000, parallelSyncs: 2, maxLag: 5 },
  endpoint: { image: "haproxy:3.0.11-alpine", replicas: 2 },
  archive: { schedule: "0 * * * *", hourly: 24, daily: 30, drill: "30 4 * * 0", image: "rclone/rclone:1.71.2" },
} as const;

/** The smallest number that two of `count` can never both reach. */
export const majority = (count: number): number => Math.floor(count / 2) + 1;
