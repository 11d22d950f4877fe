import type { Redis } from "ioredis";
import RedisClient from "ioredis";
import { run } from "../../lib/run";
import { eventually } from "./eventually";

export const kubectl = (...args: string[]): Promise<string> => run("kubectl", args);

export async function kubectlJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl(...args, "-o", "json")) as T;
}

/**
 * The address of the Service that an output names ("redis.cache.svc"): the host reaches ClusterIPs, but has no cluster
 * DNS.
 */
export async function addressOf(host: string): Promise<string> {
  const [name, namespace] = host.split(":")[0]!.split(".");
  return (await kubectl("get", "service", name!, "-n", namespace!, "-o", "jsonpath={.spec.clusterIP}")).trim();
}

export interface Pod {
  metadata: { name: string; uid: string };
  spec: { nodeName: string };
  status: { phase: string; podIP: string; containerStatuses?: { restartCount: number; ready: boolean }[] };
}

export async function pods(namespace: string, component: string): Promise<Pod[]> {
  return (
    await kubectlJson<{ items: Pod[] }>(
      "get",
      "pods",
      "-n",
      namespace,
      "-l",
      `app.kubernetes.io/component=${component}`,
    )
  ).items;
}

/** redis-cli in a pod, as an operator would: without a password on the command line. */
export const redisCli = async (namespace: string, pod: string, ...command: string[]): Promise<string> =>
  (await kubectl("exec", "-n", namespace, pod, "-c", "redis", "--", "redis-cli", ...command)).trim();

export async function replication(namespace: string, pod: string): Promise<Record<string, string>> {
  const text = await redisCli(namespace, pod, "INFO", "replication");
  return Object.fromEntries(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(":"))
      .map((line) => line.split(/:(.*)/s).slice(0, 2) as [string, string]),
  );
}

/** The pods of a namespace by the role that they report. */
export async function roles(namespace: string): Promise<{ masters: string[]; replicasInSync: string[] }> {
  const all = await Promise.all(
    (await pods(namespace, "redis")).map(async ({ metadata: { name } }) => {
      const info: Record<string, string> = await replication(namespace, name).catch(() => ({}));
      return { name, role: info.role, link: info.master_link_status };
    }),
  );
  return {
    masters: all.filter(({ role }) => role === "master").map(({ name }) => name),
    replicasInSync: all.filter((pod) => pod.role === "slave" && pod.link === "up").map(({ name }) => name),
  };
}

/** The master's pod, once it is the only one and as many replicas are in sync with it. */
export const settled = (
  namespace: string,
  { replicas = 2, ...patience }: { replicas?: number; timeout?: number; every?: number } = {},
): Promise<string> =>
  eventually(
    `one master, ${replicas} replicas in sync`,
    async () => {
      const { masters, replicasInSync } = await roles(namespace);
      return masters.length === 1 && replicasInSync.length === replicas && masters[0];
    },
    patience,
  );

/** A client as an application has it; its back-off is pinned, so that an outage is not the client's own waiting. */
export function sentinelClient(sentinels: string[], masterName: string, password: string): Redis {
  const client = new RedisClient({
    sentinels: sentinels.map((host) => ({ host, port: 26379 })),
    name: masterName,
    password,
    sentinelPassword: password,
    sentinelRetryStrategy: () => 50,
    retryStrategy: () => 50,
    connectTimeout: 1000,
    maxRetriesPerRequest: null,
  });
  client.on("error", () => undefined);
  return client;
}

/** The same of a stack, from its outputs. */
export async function sentinelClientOf(outputs: Record<string, unknown>, password: string): Promise<Redis> {
  const { sentinelNodes, masterName } = outputs as { sentinelNodes: string[]; masterName: string };
  return sentinelClient(await Promise.all(sentinelNodes.map(addressOf)), masterName, password);
}

export function plainClient(host: string, password: string): Redis {
  const client = new RedisClient({
    host,
    port: 6379,
    password,
    retryStrategy: () => 50,
    connectTimeout: 1000,
    maxRetriesPerRequest: null,
  });
  client.on("error", () => undefined);
  return client;
}
