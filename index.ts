import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { GoogleCloud, Volumes } from "redis-gke/gke";
import { KernelTuning, wantedKernel } from "redis-gke/kernel";
import { claimsOf, Redis } from "redis-gke/redis";
import { loadConfig, redisName } from "./config";
import { lastDeployment } from "./last-deployment";
import { Protection } from "./protection";

// Loaded out here: Pulumi prints a stack trace with what is thrown within the function.
const config = loadConfig();

/**
 * Patches are forced, or what somebody changed by hand (kubectl scale, kubectl edit) would stop the `up` half-way,
 * after a clean preview. ConfigMaps are changed in place, or the list of addresses would be away for a moment, in which
 * no pod can start.
 */
const asRedisNeedsIt = { enablePatchForce: true, enableConfigMapMutable: true };

async function deploy() {
  const { describe } = config;
  const last = await lastDeployment();

  // Where it runs: a cluster, nodes and disks of the stack's own on Google Cloud, or whatever cluster the kubeconfig
  // leads to.
  const google = config.google && new GoogleCloud(redisName, { ...config.google, before: last.google, describe });
  const { kubeconfig } = google?.kubernetes ?? {};
  const wayIn = google?.kubernetes ?? config.kubernetes;
  const provider = new k8s.Provider("kubernetes", { ...wayIn, ...asRedisNeedsIt }, { dependsOn: google });
  const claims = claimsOf(redisName, config.redis);
  const volumes = google && new Volumes(redisName, { disks: google.disks, claims }, { provider });

  // What is asked of Redis, with the volumes and the bucket that were made for it.
  const persistence = { ...config.redis.persistence, ...volumes?.forRedis };
  const archive = config.redis.archive && { ...config.redis.archive, ...google?.archive };
  const comparison = {
    // An Output also before the first deployment, whose cluster is to be remembered; one of Google's is compared by the
    // half that makes it.
    before: pulumi.output(last.redis),
    passwordBefore: last.password,
    cluster: google && "on Google Cloud",
    describe,
  };
  const redis = new Redis(redisName, { ...config.redis, persistence, archive, ...comparison }, { provider });

  const { nodeSelector, tolerations } = config.redis.scheduling ?? {};
  const namespace = pulumi.interpolate`${redis.namespace}-kernel`;
  const tuned = { namespace, image: redis.image, nodeSelector, tolerations };
  const kernel = config.kernel.tune && new KernelTuning("kernel", tuned, { provider });

  const everything = [google, volumes, redis, kernel].filter((made) => made instanceof pulumi.Resource);
  new Protection("protection", persistence.protect ?? false, everything);

  const sentinelOutputs = {
    sentinelHost: redis.sentinelHost,
    sentinelPort: redis.sentinelPort,
    masterName: redis.masterName,
    sentinelNodes: redis.sentinelNodes,
    sentinelUrl: redis.sentinelUrl,
  };

  return {
    host: redis.host,
    port: redis.port,
    readHost: redis.readHost,
    ...(config.redis.mode === "sentinel" && sentinelOutputs),
    password: redis.password,
    url: redis.url,
    namespace: redis.namespace,
    // What is wanted of the nodes' kernels, whether pods wait for it, whether a DaemonSet sets it; `make status` shows
    // what they got.
    kernel: { wanted: wantedKernel, enforced: config.kernel.enforce, tuned: config.kernel.tune },
    // The way into a cluster that the stack made or found.
    ...(google && { kubeconfig }),
    // What the next deployment is held against, so that it loses nothing.
    deployed: { ...google?.deployed, redis: redis.deployed },
  };
}

export = deploy;
