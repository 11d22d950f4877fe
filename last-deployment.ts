import * as pulumi from "@pulumi/pulumi";
import type { GoogleCloudDeployed } from "redis-gke/gke";
import type { RedisDeployed } from "redis-gke/redis";

/** What the last `pulumi up` of this stack left, by its outputs, which an `up` that failed leaves as they were. */
export interface LastDeployment {
  /** Undefined before the first one, and where there was nothing on Google Cloud. */
  google?: GoogleCloudDeployed;
  redis?: RedisDeployed;
  /** Secret; undefined before the first one. */
  password?: pulumi.Output<string>;
}

/**
 * Asked, and waited for, before anything is made: Pulumi's file backend writes the stack's state in place with each
 * step, and who reads it meanwhile finds half of it.
 */
export async function lastDeployment(): Promise<LastDeployment> {
  const stack = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const output = async <T>(name: string) => (await stack.getOutputDetails(name)).value as T | undefined;
  const password = (await stack.getOutputDetails("password")).secretValue as string | undefined;
  const deployed = await output<Partial<GoogleCloudDeployed> & { redis?: RedisDeployed }>("deployed");
  return {
    google: deployed?.cluster && (deployed as GoogleCloudDeployed),
    redis: deployed?.redis ?? ofOlderProgram(await output("namespace"), await output("masterName")),
    password: password === undefined ? undefined : pulumi.secret(password),
  };
}

/** An older version of this program has no output `deployed`, or none about Redis, but tells where it is. */
const ofOlderProgram = (namespace?: string, masterName?: string): RedisDeployed | undefined =>
  namespace === undefined
    ? undefined
    : { namespace, masterName, mode: masterName === undefined ? "standalone" : "sentinel" };
