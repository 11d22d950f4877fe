import { spawn } from "node:child_process";
import * as os from "node:os";
import RedisClient, { type Redis } from "ioredis";
import { say } from "../../lib/progress";
import { eventually, sleep } from "../support/eventually";
import { labMasterName, labPassword, PodLab, type Pod } from "../support/pod-lab";
import { SlowDisk } from "./slow-disk";

/** Milliseconds; the component takes none below 1000. */
const candidates = [500, 1000, 1500, 2000, 3000, 4000];
export const stallMs = 2000;
/** As a virtual machine that is moved to another host. */
export const pauseMs = 1500;
const megabytes = 80;

export interface FalseAlarms {
  downAfter: number;
  byOneSentinel: number;
  byMajority: number;
}
/** What the master went through, and how long it once was silent. */
export interface Stress {
  seconds: number;
  saves: number;
  rewrites: number;
  stalls: number;
  pauses: number;
  writes: number;
  longestSilenceMs: number;
  alarms: FalseAlarms[];
}
/** The load that decides the default, and the same with pauses. */
export interface FalseAlarmRuns {
  megabytes: number;
  busyLoops: number;
  plain: Stress;
  paused: Stress;
}

interface Alarm {
  name: string;
  sentinel: string;
  from: number;
  to: number;
}

/**
 * One living master under everything that makes it slow: forks to save, rewrites of the append-only file, disk syncs
 * that take two seconds, and more busy loops than processors; then the same again with pauses of the whole process,
 * which add up with a stall just before or after. Each sentinel watches it under several names, with a down-after each,
 * so that all of them are judged by the same run; no quorum is ever met, so that nothing is replaced. Real processes,
 * the pods' own scripts and configuration, no cluster.
 */
export async function falseAlarms(seconds: number): Promise<FalseAlarmRuns> {
  const lab = await PodLab.create();
  const { redis, sentinels } = lab.sentinelTopology();
  const disk = new SlowDisk(redis[0]!.file("data"), 2048);
  const clients: Redis[] = [];
  const connect = (pod: Pod) => {
    const client = new RedisClient({
      host: pod.address,
      port: pod.port,
      password: labPassword,
      maxRetriesPerRequest: null,
    });
    client.on("error", () => undefined);
    clients.push(client);
    return client;
  };
  const busy = Array.from({ length: 2 * os.availableParallelism() }, () =>
    spawn("/bin/sh", ["-c", "while :; do :; done"], { stdio: "ignore" }),
  );
  try {
    lab.startAll();
    const master = await lab.master();
    if (master !== redis[0]) throw new Error(`${master.name} leads, not redis-0, whose disk is the slow one.`);
    await eventually("two replicas", async () => (await master.info("replication")).connected_slaves === "2", {
      timeout: 60_000,
    });
    disk.meets(master.processes);
    const client = connect(master);
    for (let n = 0; n < megabytes; n++)
      await client.eval(
        "for n = 1, 1000 do redis.call('SET', KEYS[1] .. n, string.rep('x', 1000)) end",
        1,
        `filler:${n}:`,
      );
    const alarms = await watch(sentinels, master, connect);
    const pinger = connect(master);
    const run = async (pauses: boolean): Promise<Stress> => {
      const from = Date.now();
      const counted = await stress({ master, client, pinger, disk, pauses, until: from + seconds * 1000 });
      // An alarm that is still raised ends here, and not in the next run.
      await sleep(3000);
      const found = alarms.filter((alarm) => alarm.from >= from);
      return { seconds, ...counted, alarms: candidates.map((downAfter) => judge(downAfter, found)) };
    };
    return { megabytes, busyLoops: busy.length, plain: await run(false), paused: await run(true) };
  } finally {
    for (const child of busy) child.kill("SIGKILL");
    for (const client of clients) client.disconnect();
    await lab.powerCut();
    await disk.remove().catch((error: unknown) => say(String(error)));
    await lab.destroy();
  }
}

const nameOf = (downAfter: number) => `after-${downAfter}`;

/**
 * Has each sentinel watch the master once for each candidate; resolves to their alarms, a list that goes on growing.
 */
async function watch(sentinels: readonly Pod[], master: Pod, connect: (pod: Pod) => Redis): Promise<readonly Alarm[]> {
  const alarms: Alarm[] = [];
  for (const pod of sentinels) {
    const client = connect(pod);
    await client.call("SENTINEL", "SET", labMasterName, "quorum", "9");
    for (const downAfter of candidates) {
      const name = nameOf(downAfter);
      await client.call("SENTINEL", "MONITOR", name, master.address, "6379", "9");
      await client.call(
        "SENTINEL",
        "SET",
        name,
        "auth-pass",
        labPassword,
        "down-after-milliseconds",
        String(downAfter),
      );
    }
    const listener = connect(pod);
    listener.on("pmessage", (_pattern: string, channel: string, message: string) => {
      const [kind, name = ""] = message.split(" ");
      if (kind !== "master" || !name.startsWith("after-")) return;
      if (channel === "+sdown") alarms.push({ name, sentinel: pod.name, from: Date.now(), to: Infinity });
      const open = alarms.findLast(
        (alarm) => alarm.name === name && alarm.sentinel === pod.name && alarm.to === Infinity,
      );
      if (channel === "-sdown" && open) open.to = Date.now();
    });
    await listener.psubscribe("*sdown");
  }
  await sleep(3000);
  return alarms;
}

interface Load {
  master: Pod;
  client: Redis;
  pinger: Redis;
  disk: SlowDisk;
  pauses: boolean;
  until: number;
}

async function stress({
  master,
  client,
  pinger,
  disk,
  pauses,
  until,
}: Load): Promise<Omit<Stress, "seconds" | "alarms">> {
  const counted = { saves: 0, rewrites: 0, stalls: 0, pauses: 0, writes: 0, longestSilenceMs: 0 };
  const goesOn = () => Date.now() < until;
  const repeat = async (everyMs: number, work: () => Promise<unknown>) => {
    while (goesOn()) {
      await work().catch(() => undefined);
      await sleep(everyMs);
    }
  };
  const ended = (what: string) =>
    eventually(what, async () => (await client.info("persistence")).includes(`${what}:0`), { every: 100 });
  await Promise.all([
    repeat(5, async () => {
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => client.set(`written:${(counted.writes + n) % 20_000}`, "x".repeat(100))),
      );
      counted.writes += 20;
    }),
    repeat(50, async () => {
      const from = Date.now();
      await pinger.ping();
      counted.longestSilenceMs = Math.max(counted.longestSilenceMs, Date.now() - from);
    }),
    // One after the other: each is refused while the other one runs.
    repeat(200, async () => {
      await client.bgsave();
      await ended("rdb_bgsave_in_progress");
      counted.saves++;
      await client.call("BGREWRITEAOF");
      await ended("aof_rewrite_in_progress");
      counted.rewrites++;
    }),
    repeat(3000, async () => {
      await disk.stall(stallMs);
      counted.stalls++;
    }),
    ...(pauses
      ? [
          repeat(4000, async () => {
            master.signalRedis("SIGSTOP");
            await sleep(pauseMs);
            master.signalRedis("SIGCONT");
            counted.pauses++;
          }),
        ]
      : []),
  ]);
  return counted;
}

/**
 * How often a sentinel took the living master for down, and how often two of three did at the same time, which a quorum
 * of 2 would act on.
 */
export function judge(downAfter: number, alarms: readonly Alarm[]): FalseAlarms {
  const own = alarms.filter(({ name }) => name === nameOf(downAfter));
  const together = own.filter((alarm) =>
    own.some((other) => other.sentinel !== alarm.sentinel && other.from <= alarm.from && other.to > alarm.from),
  );
  return { downAfter, byOneSentinel: own.length, byMajority: together.length };
}
