import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { GoogleCloud, Volumes } from "./components/gke";
import { KernelTuning, wantedKernel } from "./components/kernel";
import { claimsOf, Redis } from "./components/redis";
import { loadConfig, redisName } from "./config";
import { lastDeployment } from "./last-deployment";
import { Protection } from "./protection";

// Not within the function: what is thrown there comes with a stack trace.
const config = loadConfig();

async function deploy() {
  const { describe } = config;
  const before = await lastDeployment();

  // Where it runs: a cluster, nodes and disks of the stack's own on Google Cloud, or whatever cluster the kubeconfig
  // leads to.
  const google = config.google && new GoogleCloud("redis", { ...config.google, before: before.google, describe });
  // Forced: what somebody changed by hand (kubectl scale, kubectl edit) would else refuse the `up` half-way, after a
  // preview that was clean. And the list of addresses is changed in place: replaced, it would be away for a moment, in
  // which no pod can start.
  const provider = new k8s.Provider(
    "kubernetes",
    { ...(google?.kubernetes ?? config.kubernetes), enablePatchForce: true, enableConfigMapMutable: true },
    { dependsOn: google },
  );
  const volumes =
    google && new Volumes("redis", { disks: google.disks, claims: claimsOf(redisName, config.redis) }, { provider });

  const persistence = { ...config.redis.persistence, ...volumes?.forRedis };
  const redis = new Redis(
    redisName,
    {
      ...config.redis,
      persistence,
      archive: config.redis.archive && { ...config.redis.archive, ...google?.archive },
      // An Output also before the first deployment, whose cluster is to be remembered; one of Google's is compared by
      // the half that makes it.
      before: pulumi.output(before.redis),
      passwordBefore: before.password,
      cluster: google && "on Google Cloud",
      describe,
    },
    { provider },
  );

  const { nodeSelector, tolerations } = config.redis.scheduling ?? {};
  const kernel =
    config.kernel.tune &&
    new KernelTuning(
      "kernel",
      { namespace: pulumi.interpolate`${redis.namespace}-kernel`, image: redis.image, nodeSelector, tolerations },
      { provider },
    );

  new Protection(
    "protection",
    persistence.protect ?? false,
    [google, volumes, redis, kernel].filter((made) => made instanceof pulumi.Resource),
  );

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
    ...(google && { kubeconfig: google.kubernetes.kubeconfig }),
    // What the next deployment is held against, so that it loses nothing.
    deployed: { ...google?.deployed, redis: redis.deployed },
  };
}

export = deploy;
