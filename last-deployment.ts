import * as pulumi from "@pulumi/pulumi";
import type { Deployed } from "./components/gke";
import type { RedisDeployed } from "./components/redis";

/** The stack output `deployed`: what the next deployment is held against. */
export type StackDeployed = Partial<Deployed> & { redis?: RedisDeployed };

/** What the last `pulumi up` of this stack left, by its outputs, which an `up` that failed leaves as they were; undefined before the first one. */
export function lastDeployment(): { google: pulumi.Output<Deployed | undefined>; redis: pulumi.Output<RedisDeployed | undefined> } {
  const stack = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const output = <T>(name: string) => stack.getOutput(name) as pulumi.Output<T | undefined>;
  const deployed = output<StackDeployed>("deployed");
  return {
    google: deployed.apply((last) => (last?.cluster ? last as Deployed : undefined)),
    redis: pulumi.all([deployed, output<string>("namespace"), output<string>("masterName")]).apply(([last, namespace, masterName]) => last?.redis ?? ofOlderProgram(namespace, masterName)),
  };
}

/** An older version of this program has no output `deployed`, or none about Redis, but tells where it is. */
const ofOlderProgram = (namespace?: string, masterName?: string): RedisDeployed | undefined =>
  namespace === undefined ? undefined : { namespace, masterName, mode: masterName === undefined ? "standalone" : "sentinel" };
