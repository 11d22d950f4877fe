import type { Fsync } from "../../../components/redis/choices";
import { sleep } from "../../support/eventually";
import { PodLab, type Pod } from "../../support/pod-lab";
import { CrashDisk } from "./crash-disk";

export type Crash = "SIGKILL" | "power cut";

export interface CrashRun {
  acknowledged: number;
  lost: number;
  /** How long before the crash the oldest of the lost writes was acknowledged. */
  oldestLostMs: number;
}

export interface CrashLoss {
  fsync: Fsync;
  crash: Crash;
  runs: CrashRun[];
}

const connections = 4;

/** Writes one numbered value after the other on each connection; when each was acknowledged. */
async function write(pod: Pod, crash: { happened: boolean }): Promise<Map<string, number>> {
  const acknowledged = new Map<string, number>();
  await Promise.all(
    Array.from({ length: connections }, (_, connection) =>
      pod
        .with(async (client) => {
          for (let n = 0; !crash.happened; n++) {
            const key = `${connection}:${n}`;
            await client.set(key, key);
            if (!crash.happened) acknowledged.set(key, performance.now());
          }
        })
        .catch(() => undefined),
    ),
  );
  return acknowledged;
}

async function missing(pod: Pod, keys: string[]): Promise<string[]> {
  return pod.with(async (client) => {
    const found: (string | null)[] = [];
    for (let from = 0; from < keys.length; from += 1000)
      found.push(...(await client.mget(keys.slice(from, from + 1000))));
    return keys.filter((key, index) => found[index] !== key);
  });
}

async function once(fsync: Fsync, kind: Crash): Promise<CrashRun> {
  const lab = await PodLab.create({ persistence: { fsync } });
  const pod = lab.standalone();
  const disk = new CrashDisk(pod.file("data"), 192);
  try {
    await pod.start().ready();
    const crash = { happened: false };
    const writing = write(pod, crash);
    await sleep(2500 + Math.random() * 1500);
    // The whole pod at once; a machine without power computes nothing any more either.
    if (kind === "power cut") pod.hang();
    else void pod.kill();
    const at = performance.now();
    crash.happened = true;
    if (kind === "power cut") disk.cut();
    await pod.kill();
    const acknowledged = await writing;
    if (kind === "power cut") disk.powerOn();
    await pod.start().ready();
    const lost = await missing(pod, [...acknowledged.keys()]);
    return {
      acknowledged: acknowledged.size,
      lost: lost.length,
      oldestLostMs: lost.reduce((oldest, key) => Math.max(oldest, at - acknowledged.get(key)!), 0),
    };
  } finally {
    await pod.kill();
    disk.remove();
    await lab.destroy();
  }
}

/** What a standalone Redis under write load loses of what it acknowledged. */
export async function crashLoss(runs: number, say: (text: string) => void): Promise<CrashLoss[]> {
  const found: CrashLoss[] = [];
  for (const fsync of ["everysec", "always"] as const) {
    for (const crash of ["power cut", "SIGKILL"] as const) {
      const result: CrashLoss = { fsync, crash, runs: [] };
      for (let run = 0; run < runs; run++) result.runs.push(await once(fsync, crash));
      found.push(result);
      say(
        `  ok  ${crash}, fsync ${fsync}: ${runs} runs, the oldest lost write was acknowledged ${Math.max(...result.runs.map(({ oldestLostMs }) => oldestLostMs)).toFixed(0)} ms before`,
      );
    }
  }
  return found;
}
