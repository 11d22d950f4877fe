import type { Redis } from "ioredis";
import { parseBytes } from "../../../components/redis/rules/quantity";
import { eventually, sleep } from "../../support/eventually";
import { PodLab, type Pod } from "../../support/pod-lab";
import { MemoryLimit } from "./memory-limit";

export interface Memory {
  limit: string;
  forks: number;
  overwrites: number;
  fullMegabytes: number;
  peakMegabytes: number;
  killed: boolean;
}

const atOnce = 200;

/**
 * Writes until Redis is at its maxmemory and refuses, and gives a fiftieth back, so that it takes overwrites; how many
 * keys there are.
 */
async function fill(client: Redis): Promise<number> {
  const value = "x".repeat(1000);
  for (let keys = 0; ; keys += atOnce) {
    const refused = await Promise.all(
      Array.from({ length: atOnce }, (_, n) =>
        client.set(`key:${keys + n}`, value).then(
          () => false,
          () => true,
        ),
      ),
    );
    if (!refused.some(Boolean)) continue;
    const left = Math.floor((keys * 0.98) / atOnce) * atOnce;
    for (let n = left; n < keys + atOnce; n += atOnce)
      await client.del(...Array.from({ length: atOnce }, (_, index) => `key:${n + index}`));
    return left;
  }
}

/** Every key again and again: each page of the data is written while a fork still holds the old one. */
async function overwrite(client: Redis, keys: number, deadline: number): Promise<number> {
  const value = "y".repeat(1000);
  let taken = 0;
  for (let from = 0; Date.now() < deadline; from = (from + atOnce) % keys) {
    const done = await Promise.all(
      Array.from({ length: atOnce }, (_, n) =>
        client.set(`key:${(from + n) % keys}`, value).then(
          () => 1,
          () => 0,
        ),
      ),
    );
    taken += done.reduce<number>((sum, one) => sum + one, 0);
  }
  return taken;
}

/** Rewrites and saves, one fork after the other; how many. */
async function fork(pod: Pod, deadline: number): Promise<number> {
  let forks = 0;
  while (Date.now() < deadline && pod.running) {
    await pod.with((client) => client.call(forks++ % 2 === 0 ? "BGREWRITEAOF" : "BGSAVE")).catch(() => undefined);
    await eventually(
      "the fork ended",
      async () => {
        const info = await pod.info("persistence");
        return (
          info.aof_rewrite_in_progress === "0" &&
          info.rdb_bgsave_in_progress === "0" &&
          info.aof_rewrite_scheduled === "0"
        );
      },
      { timeout: 60_000, every: 50 },
    ).catch(() => undefined);
  }
  return forks;
}

/**
 * Redis at its maxmemory in a cgroup of the pod's limit, under writes, while forks save and rewrite: is it killed for
 * memory?
 */
export async function forkAtFullMemory(limit: string, seconds: number): Promise<Memory> {
  const lab = await PodLab.create({ resources: { memory: limit } });
  const group = new MemoryLimit(parseBytes(limit)!);
  const pod = lab.standalone();
  try {
    pod.start();
    await pod.ready();
    group.meets(pod.processes);
    const keys = await pod.with(fill);
    const deadline = Date.now() + seconds * 1000;
    const full = group.used;
    let peak = full;
    const watching = (async () => {
      while (Date.now() < deadline) {
        peak = Math.max(peak, group.used);
        await sleep(20);
      }
    })();
    const [forks, overwrites] = await Promise.all([
      fork(pod, deadline),
      pod.with((client) => overwrite(client, keys, deadline)).catch(() => 0),
      watching,
    ]);
    return {
      limit,
      forks,
      overwrites,
      fullMegabytes: full / 2 ** 20,
      peakMegabytes: peak / 2 ** 20,
      killed: group.kills > 0 || !pod.running,
    };
  } finally {
    await lab.destroy();
    await sleep(300);
    group.remove();
  }
}
