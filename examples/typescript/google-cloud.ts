import * as k8s from "@pulumi/kubernetes";
import { GoogleCloud, Volumes } from "redis-gke/gke";
import { archiveRoot, claimsOf, needsOf, objectName, Redis, type RedisArgs } from "redis-gke/redis";

// What is asked of Redis comes first: nodes, disks and the right to write archives are made to fit it.
const args = {
  mode: "sentinel",
  namespace: "orders",
  resources: { memory: "2Gi", cpu: "500m" },
  archive: { daily: 90 },
} satisfies RedisArgs;
const { dataPods, memoryBytes, cpus, nodesApart } = needsOf(args);

const google = new GoogleCloud("redis", {
  project: "my-project",
  name: "orders",
  cluster: {
    location: "europe-west1",
    releaseChannel: "STABLE",
    maintenanceStart: "02:00",
    authorizedNetworks: ["203.0.113.0/24"],
  },
  nodePool: {
    machineType: "e2-highmem-2",
    zones: ["europe-west1-b", "europe-west1-c", "europe-west1-d"],
    sysctls: { "net.ipv4.tcp_keepalive_time": "600" },
    metadata: { "serial-port-enable": "true" },
  },
  disk: { type: "pd-ssd", snapshots: { everyHours: 4, retentionDays: 14 } },
  archive: {
    root: archiveRoot("redis", args),
    daily: 90,
    writer: { namespace: "orders", serviceAccount: objectName.archive("redis") },
  },
  workload: { dataPods, memoryBytes, cpus, nodesApart, diskSize: 32 },
});

const provider = new k8s.Provider(
  "kubernetes",
  { ...google.kubernetes, enablePatchForce: true, enableConfigMapMutable: true },
  { dependsOn: google },
);

// A disk is a volume of the cluster, which the claim of one data pod alone can have.
const volumes = new Volumes("redis", { disks: google.disks, claims: claimsOf("redis", args) }, { provider });

const redis = new Redis(
  "redis",
  {
    ...args,
    persistence: { size: "32Gi", ...volumes.forRedis },
    archive: { ...args.archive, ...google.archive },
  },
  { provider },
);

export const { kubernetes } = google;
export const { sentinelHost, masterName, sentinelUrl } = redis;
