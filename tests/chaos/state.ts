import RedisClient from "ioredis";
import { kubectlJson } from "../support/cluster";
import type { ChaosStack } from "./deployment";
import { containersOf } from "./processes";

export interface Pod {
  metadata: { name: string; uid: string; deletionTimestamp?: string; labels: Record<string, string> };
  spec: { nodeName?: string };
  status: {
    phase: string;
    containerStatuses?: {
      restartCount: number;
      ready: boolean;
      containerID?: string;
      state?: { waiting?: { reason?: string } };
    }[];
  };
}

export const componentOf = ({ metadata }: Pod) => metadata.labels["app.kubernetes.io/component"] ?? "";
/** Each pod here has one; undefined until its kubelet has told of it. */
export const containerOf = ({ status }: Pod) => status.containerStatuses?.[0];
export const restartsOf = (pod: Pod) => containerOf(pod)?.restartCount ?? 0;

export const podsOf = async ({ namespace }: ChaosStack): Promise<Pod[]> =>
  (await kubectlJson<{ items: Pod[] }>("get", "pods", "-n", namespace, "--request-timeout=5s")).items;

export async function ask(host: string, port: number, password: string, ...commands: string[][]): Promise<unknown[]> {
  const client = new RedisClient({
    host,
    port,
    password,
    lazyConnect: true,
    connectTimeout: 1000,
    commandTimeout: 1000,
    retryStrategy: () => null,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  client.on("error", () => undefined);
  try {
    return await Promise.all(commands.map(([command, ...args]) => client.call(command!, ...args)));
  } finally {
    client.disconnect();
  }
}

const pairs = (reply: unknown) => {
  const flat = reply as string[];
  return Object.fromEntries(flat.flatMap((key, index) => (index % 2 === 0 ? [[key, flat[index + 1]!]] : [])));
};
const fields = (info: unknown) =>
  Object.fromEntries(
    String(info)
      .split(/\r?\n/)
      .filter((line) => line.includes(":"))
      .map((line) => line.split(/:(.*)/s).slice(0, 2) as [string, string]),
  );

export interface Wanted {
  redis: number;
  sentinel: number;
  endpoint: number;
}
export const usual: Wanted = { redis: 3, sentinel: 3, endpoint: 2 };

export interface Condition {
  masters: string[];
  problems: string[];
}

/** The whole end state: what is wrong with it, in words; empty when there is nothing left to heal. */
export async function condition(deployment: ChaosStack, wanted: Wanted = usual): Promise<Condition> {
  const names = deployment.redisNodes.slice(0, wanted.redis);
  const nodes = await Promise.all(
    names.map(async (name) => {
      const [info] = await ask(deployment.address(name), 6379, deployment.password, ["INFO", "replication"]).catch(
        () => [""],
      );
      return { name, info: fields(info) };
    }),
  );
  const masters = nodes.filter(({ info }) => info.role === "master").map(({ name }) => name);
  const address = masters.length === 1 ? deployment.address(masters[0]!) : "";
  const problems = [
    ...(masters.length === 1
      ? []
      : [`${masters.length} masters${masters.length > 1 ? `: ${masters.join(", ")}` : ""}`]),
    ...nodes.flatMap(({ name, info }) => {
      if (!info.role) return [`${name} does not answer`];
      if (info.role === "master")
        return Number(info.connected_slaves) === wanted.redis - 1
          ? []
          : [`${name} has ${info.connected_slaves} replicas, not ${wanted.redis - 1}`];
      return info.master_link_status === "up" && info.master_sync_in_progress === "0" && info.master_host === address
        ? []
        : [`${name} is not in sync with the master`];
    }),
    ...(await podProblems(deployment, wanted)),
    ...(await sentinelProblems(deployment, wanted, address)),
  ];
  return { masters, problems };
}

/** The one of these pods that is master. */
export async function masterAmong(pods: readonly Pod[], deployment: ChaosStack): Promise<Pod> {
  const { masters } = await condition(deployment);
  const found = pods.find(({ metadata }) => metadata.name === masters[0]);
  if (!found) throw new Error("no pod is master");
  return found;
}

/**
 * A kubelet that could not reach the API server tells of a restart late; counted then, it would be one of the next
 * fault.
 */
const isToldLate = (pod: Pod) => {
  const running = containersOf(pod.metadata.uid);
  return running.length > 0 && !running.some((id) => containerOf(pod)?.containerID?.endsWith(id));
};

async function podProblems(deployment: ChaosStack, wanted: Wanted): Promise<string[]> {
  const pods = await podsOf(deployment).catch(() => undefined);
  if (!pods) return ["the API server does not answer"];
  const good = (pod: Pod) =>
    pod.status.phase === "Running" &&
    !pod.metadata.deletionTimestamp &&
    pod.status.containerStatuses?.every(({ ready }) => ready);
  return Object.entries(wanted).flatMap(([component, count]: [string, number]) => {
    const found = pods.filter((pod) => componentOf(pod) === component);
    return [
      ...(found.length === count ? [] : [`${found.length} ${component} pods, not ${count}`]),
      ...found
        .filter((pod) => !good(pod))
        .map(
          (pod) =>
            `${pod.metadata.name} is not ready (${containerOf(pod)?.state?.waiting?.reason ?? pod.status.phase})`,
        ),
      ...found
        .filter(isToldLate)
        .map(({ metadata }) => `${metadata.name} runs another container than Kubernetes knows of`),
    ];
  });
}

/** Each names the master, thinks well of it, and knows neither too few nor a ghost. */
async function sentinelProblems(deployment: ChaosStack, wanted: Wanted, master: string): Promise<string[]> {
  const found = await Promise.all(
    deployment.sentinelNodes.slice(0, wanted.sentinel).map(async (name) => {
      const replies = await ask(
        deployment.address(name),
        26379,
        deployment.password,
        ...["MASTER", "REPLICAS", "SENTINELS"].map((what) => ["SENTINEL", what, deployment.masterName]),
      ).catch(() => undefined);
      if (!replies) return [`${name} does not answer`];
      const own = pairs(replies[0]);
      const [replicas, sentinels] = [replies[1], replies[2]].map((list) => (list as unknown[]).map(pairs)) as [
        Record<string, string>[],
        Record<string, string>[],
      ];
      const flagged = [...replicas, ...sentinels].filter(({ flags }) => /down|disconnected/.test(flags ?? ""));
      return [
        ...(own.ip === master ? [] : [`${name} names ${deployment.nodeAt(own.ip ?? "") ?? own.ip} as master`]),
        ...(own.flags === "master" ? [] : [`${name} says of the master: ${own.flags}`]),
        ...(replicas.length === wanted.redis - 1
          ? []
          : [`${name} knows ${replicas.length} replicas, not ${wanted.redis - 1}`]),
        ...(sentinels.length === wanted.sentinel - 1
          ? []
          : [`${name} knows ${sentinels.length} other sentinels, not ${wanted.sentinel - 1}`]),
        ...flagged.map(({ ip, flags }) => `${name} holds ${deployment.nodeAt(ip ?? "") ?? ip} for ${flags}`),
      ];
    }),
  );
  return found.flat();
}
