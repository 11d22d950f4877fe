import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { GoogleCloud, Volumes, type Deployed } from "./components/gke";
import { KernelTuning, wantedKernel } from "./components/kernel";
import { claimsOf, Redis } from "./components/redis";
import { loadConfig } from "./config";
import { lastOutput } from "./last-output";

const config = loadConfig();

// Where it runs: a cluster, nodes and disks of the stack's own on Google Cloud, or whatever cluster the kubeconfig leads to.
const google = config.google && new GoogleCloud("redis", { ...config.google, before: lastOutput("deployed") as pulumi.Output<Deployed | undefined> });
const provider = new k8s.Provider("kubernetes", google?.kubernetes ?? config.kubernetes, { dependsOn: google });
const volumes = google && new Volumes("redis", { disks: google.disks, claims: claimsOf("redis", config.redis) }, { provider });

const redis = new Redis("redis", { ...config.redis, persistence: { ...config.redis.persistence, ...volumes?.forRedis } }, { provider });

if (config.kernel.tune) {
  const { nodeSelector, tolerations } = config.redis.scheduling ?? {};
  new KernelTuning("kernel", { namespace: pulumi.interpolate`${redis.namespace}-kernel`, image: redis.image, nodeSelector, tolerations }, { provider });
}

export const host = redis.host;
export const port = redis.port;
export const readHost = redis.readHost;
export const sentinelHost = redis.sentinelHost;
export const sentinelPort = redis.sentinelPort;
export const masterName = redis.masterName;
export const sentinelNodes = redis.sentinelNodes;
export const password = redis.password;
export const url = redis.url;
export const sentinelUrl = redis.sentinelUrl;
export const namespace = redis.namespace;
/** What is wanted of the nodes' kernels, whether pods wait for it, and whether a DaemonSet sets it; `make status` shows what they got. */
export const kernel = { wanted: wantedKernel, enforced: config.kernel.enforce, tuned: config.kernel.tune };
/** How to reach the cluster that the stack made; undefined on somebody else's. */
export const kubeconfig = google?.kubernetes.kubeconfig;
/** What the next deployment is held against, so that it replaces no disk and no protected cluster. */
export const deployed = google?.deployed;
