import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { GoogleCloud, Volumes, type Deployed } from "./components/gke";
import { KernelTuning, wantedKernel } from "./components/kernel";
import { claimsOf, Redis } from "./components/redis";
import { loadConfig, redisName } from "./config";
import { lastOutput } from "./last-output";

const config = loadConfig();

// Where it runs: a cluster, nodes and disks of the stack's own on Google Cloud, or whatever cluster the kubeconfig leads to.
const google = config.google && new GoogleCloud("redis", { ...config.google, before: lastOutput("deployed") as pulumi.Output<Deployed | undefined> });
const provider = new k8s.Provider("kubernetes", google?.kubernetes ?? config.kubernetes, { dependsOn: google });
const volumes = google && new Volumes("redis", { disks: google.disks, claims: claimsOf(redisName, config.redis) }, { provider });

const redis = new Redis(redisName, {
  ...config.redis,
  persistence: { ...config.redis.persistence, ...volumes?.forRedis },
  archive: config.redis.archive && { ...config.redis.archive, ...google?.archive },
}, { provider });

if (config.kernel.tune) {
  const { nodeSelector, tolerations } = config.redis.scheduling ?? {};
  new KernelTuning("kernel", { namespace: pulumi.interpolate`${redis.namespace}-kernel`, image: redis.image, nodeSelector, tolerations }, { provider });
}

const sentinelOutputs = {
  sentinelHost: redis.sentinelHost,
  sentinelPort: redis.sentinelPort,
  masterName: redis.masterName,
  sentinelNodes: redis.sentinelNodes,
  sentinelUrl: redis.sentinelUrl,
};

export = {
  host: redis.host,
  port: redis.port,
  readHost: redis.readHost,
  ...(config.redis.mode === "sentinel" && sentinelOutputs),
  password: redis.password,
  url: redis.url,
  namespace: redis.namespace,
  // What is wanted of the nodes' kernels, whether pods wait for it, whether a DaemonSet sets it; `make status` shows what they got.
  kernel: { wanted: wantedKernel, enforced: config.kernel.enforce, tuned: config.kernel.tune },
  // The way into a cluster that the stack made, and what its next deployment is held against, so that no disk is lost.
  ...(google && { kubeconfig: google.kubernetes.kubeconfig, deployed: google.deployed }),
};
