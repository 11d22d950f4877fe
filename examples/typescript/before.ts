import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Redis, type RedisDeployed } from "redis-gke/redis";

const provider = new k8s.Provider("kubernetes", { enablePatchForce: true, enableConfigMapMutable: true });

export = async () => {
  const own = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  // Waited for before anything is made: a file backend writes the state with each step, and a reader finds half of it.
  const last = await own.getOutputDetails("deployed");
  const before = pulumi.output(last.value as RedisDeployed | undefined);

  const redis = new Redis("redis", { mode: "sentinel", before }, { provider });
  return { host: redis.host, sentinelHost: redis.sentinelHost, deployed: redis.deployed };
};
