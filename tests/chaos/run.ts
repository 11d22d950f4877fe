import { sum } from "d3-array";
import RedisClient from "ioredis";
import { eventually, sleep } from "../support/eventually";
import type { ChaosStack } from "./deployment";
import type { Context, Fault } from "./fault";
import { Client, forget, lost, outage, span, type Recorded } from "./load";
import { processesOf } from "./processes";
import { Listener, type Event } from "./sentinels";
import { componentOf, condition, containerOf, masterAmong, podsOf, restartsOf, usual, type Pod } from "./state";
import { Undo } from "./undo";
import { kubectl } from "../support/cluster";

export interface ClientResult {
  client: string;
  outageMs: number;
  acknowledged: number;
  lost: number;
  /** The time over which the lost ones had been acknowledged. */
  lostMs: number;
  regressions: number;
  recorded: Recorded;
}

export interface RunResult {
  fault: Fault;
  clients: ClientResult[];
  masters: number;
  healed: boolean;
  /** Why it is not healed. */
  reason?: string;
  /** Milliseconds since 1970. */
  marks: { fault: number; putBack: number; healed?: number; end: number; elections: number[] };
  events: Event[];
  /** Full copies that no Redis began with which was started anew. */
  copies: number;
}

/**
 * A scale-down is the longest: a kubelet may take a minute and a half to renew a ConfigMap, and the sentinels then
 * forget one after the other.
 */
const patienceMs = 240_000;
/** Connections of a client that is a pool. */
const pool = 8;
let runs = 0;

/** What is running now, for whoever has to interrupt it. */
const current: { undo?: Undo; clients: Client[] } = { clients: [] };
export async function interrupt(): Promise<void> {
  for (const client of current.clients) client.abandon();
  await current.undo?.all();
}

/**
 * One fault under load, from a healthy deployment to a verdict. Whether it heals is a result; only a fault that cannot
 * be made is an error.
 */
export async function runFault(fault: Fault, deployment: ChaosStack, brief: boolean): Promise<RunResult> {
  await untilHealthy("a healthy deployment to begin with", deployment);
  const pods = await podsOf(deployment);
  const undo = new Undo();
  let struck = 0;
  const context: Context = {
    deployment,
    pods,
    brief,
    undo,
    master: await masterAmong(pods, deployment),
    strike: () => {
      struck = Date.now();
    },
    hold: (full, short) => sleep((brief ? short : full) * 1000),
  };
  await fault.prepare?.(context);
  const listener = new Listener(deployment);
  const clients = startClients(fault, context);
  Object.assign(current, { undo, clients });
  try {
    await eventually("every client writes", () => clients.every(({ count }) => count > 50));
    await sleep(1000);
    const from = Date.now();
    let broken: string | undefined;
    // A change that the program refuses or that never ends is a result too.
    await fault.make(context).catch((error: unknown) => {
      broken = `the fault ended with: ${(error instanceof Error ? error.message : String(error)).slice(0, 2000)}`;
    });
    const putBack = Date.now();
    const verdict = await heals(fault, context, clients);
    await sleep(1000);
    const end = Date.now();
    const reason = broken ?? verdict.reason;
    const marks = {
      fault: struck || from,
      putBack,
      healed: reason === undefined ? end - 1000 : undefined,
      end,
      elections: listener.elections,
    };
    const judged = await judge(clients, deployment, marks, verdict.master);
    return {
      fault,
      masters: verdict.masters,
      healed: reason === undefined,
      reason,
      marks,
      events: listener.events,
      clients: judged,
      copies: await needlessCopies(context, marks.fault),
    };
  } finally {
    listener.stop();
    for (const client of clients) client.abandon();
    await undo.all();
    Object.assign(current, { undo: undefined, clients: [] });
  }
}

/** Fails with all that is still wrong. */
async function untilHealthy(what: string, deployment: ChaosStack): Promise<void> {
  await eventually(
    what,
    async () => {
      const { problems } = await condition(deployment);
      if (problems.length > 0) throw new Error(problems.join("; "));
      return true;
    },
    { timeout: patienceMs, every: 500 },
  );
}

/**
 * What a node says that has nothing to go on from, though it went on. Of a pod that is gone by now nobody knows, and
 * one whose container never began has no log.
 */
async function needlessCopies({ deployment }: Context, since: number): Promise<number> {
  const now = (await podsOf(deployment)).filter((pod) => componentOf(pod) === "redis" && containerOf(pod)?.containerID);
  const counts = await Promise.all(
    now.map(async (pod) => {
      const said = await kubectl(
        "logs",
        "-n",
        deployment.namespace,
        pod.metadata.name,
        `--since-time=${new Date(since).toISOString()}`,
      );
      const times = (what: string) => said.split(what).length - 1;
      // A Redis that was started again has a new history, in the same container too.
      return Math.max(0, times("Full resync from master") - times("Redis is starting"));
    }),
  );
  return sum(counts);
}

function startClients({ inside, pools }: Fault, context: Context): Client[] {
  const { deployment } = context;
  const { password, sentinels, masterName } = deployment;
  const run = ++runs;
  const prefix = (client: string) => `chaos:${process.pid}:${run}:${client}`;
  const viaSentinel = { password, sentinels, masterName };
  const viaEndpoint = { password, host: deployment.address("redis") };
  return [
    new Client("Sentinel", prefix("sentinel"), viaSentinel),
    new Client("endpoint", prefix("endpoint"), viaEndpoint),
    ...(pools
      ? [
          new Client("Sentinel, pool", prefix("sentinel-pool"), { ...viaSentinel, pool }),
          new Client("endpoint, pool", prefix("endpoint-pool"), { ...viaEndpoint, pool }),
        ]
      : []),
    ...(inside ? [new Client("Sentinel, cut off", prefix("inside"), viaSentinel, networkBeside(context))] : []),
  ];
}

/**
 * The network of another pod on the master's node: a node's own processes do not reach Services, and what is cut off
 * are its pods.
 */
export function networkBeside({ pods, master }: Pick<Context, "pods" | "master">): string {
  const neighbour =
    pods.find((pod) => pod.spec.nodeName === master.spec.nodeName && pod !== master && componentOf(pod) !== "redis") ??
    master;
  return `/proc/${processesOf(neighbour.metadata.uid)[0]}/ns/net`;
}

async function heals(
  fault: Fault,
  context: Context,
  clients: readonly Client[],
): Promise<{ masters: number; master?: string; reason?: string }> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { masters, problems } = await condition(context.deployment, fault.wanted ?? usual);
    const silent = clients
      .filter(({ writesNow }) => !writesNow)
      .map(({ name }) => `the client through ${name} writes nothing`);
    const wrong = [...problems, ...silent];
    if (wrong.length === 0)
      return { masters: 1, master: masters[0], reason: await unexplainedRestarts(fault, context) };
    if (Date.now() > deadline) return { masters: masters.length, master: masters[0], reason: wrong.join("; ") };
    await sleep(250);
  }
}

const sameAmong = (pods: readonly Pod[], { metadata: { uid } }: Pod) =>
  pods.find(({ metadata }) => metadata.uid === uid);

/** Of a pod's containers, since these were all pods. */
function restartsSince(pods: readonly Pod[], pod: Pod): number {
  const known = sameAmong(pods, pod);
  return restartsOf(pod) - (known ? restartsOf(known) : 0);
}

async function unexplainedRestarts(fault: Fault, context: Context): Promise<string | undefined> {
  const found = (await podsOf(context.deployment)).flatMap((pod) => {
    const [restarted, explained] = [restartsSince(context.pods, pod), fault.restarts?.(pod, context) ?? 0];
    return restarted > explained
      ? [`${pod.metadata.name} was restarted ${restarted} times, which the fault explains ${explained} times`]
      : [];
  });
  return found.length > 0 ? found.join("; ") : undefined;
}

async function judge(
  clients: readonly Client[],
  deployment: ChaosStack,
  { fault, end }: { fault: number; end: number },
  master: string | undefined,
): Promise<ClientResult[]> {
  const results: ClientResult[] = [];
  const redis = new RedisClient({
    host: deployment.address(master ?? deployment.redisNodes[0]!),
    port: 6379,
    password: deployment.password,
    commandTimeout: 10_000,
  });
  redis.on("error", () => undefined);
  try {
    for (const client of clients) {
      const recorded = await client.stop();
      // Without a master nobody can be asked: then each of them counts as lost.
      const missing = await lost(client.prefix, recorded.writes, redis).catch(() => recorded.writes);
      await forget(client.prefix, recorded.writes, redis).catch(() => undefined);
      results.push({
        client: client.name,
        outageMs: outage(recorded.writes, fault, end, client.options.pool),
        acknowledged: recorded.writes.length,
        lost: missing.length,
        lostMs: span(missing),
        regressions: recorded.regressions,
        recorded,
      });
    }
    return results;
  } finally {
    redis.disconnect();
  }
}

/**
 * Containers that were started again in place wait longer each time; new pods begin without that, and the next run is
 * like the first.
 */
export async function freshPods(deployment: ChaosStack): Promise<void> {
  for (;;) {
    const used = (component: string, pods: readonly Pod[]) =>
      pods.find((pod) => componentOf(pod) === component && restartsOf(pod) > 0);
    const pods = await podsOf(deployment);
    // One of each kind at a time, and no sentinel while they may be needed for a handover.
    const together = [used("redis", pods), used("endpoint", pods)].flatMap((pod) => pod ?? []);
    const next = together.length > 0 ? together : [used("sentinel", pods)].flatMap((pod) => pod ?? []);
    if (next.length === 0) return;
    const names = next.map(({ metadata }) => metadata.name);
    await kubectl("delete", "pod", "-n", deployment.namespace, ...names);
    await untilHealthy(`healthy again after deleting ${names.join(" and ")}`, deployment);
  }
}
