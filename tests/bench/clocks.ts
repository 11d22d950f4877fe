import * as fs from "node:fs";
import { podScripts } from "../../components/redis/objects/scripts";
import type { ChaosStack } from "../chaos/deployment";
import { processesOf } from "../chaos/processes";
import { ask, componentOf, podsOf } from "../chaos/state";
import { sleep } from "../support/eventually";
import { processorTime, sum } from "./processor-time";

/** What the pods' own scripts say: the command, and the numbers that stand in it by their names. */
function setInPods(): string[] {
  const scripts = podScripts("sentinel");
  const [, command] = /SENTINEL DEBUG ((?:[A-Z-]+-PERIOD \S+ ?)+)\)/.exec(scripts["sentinel-watch.sh"]!)!;
  return command!.split(" ").map((word) => {
    const [, name] = /^"\$(\w+)"$/.exec(word) ?? [];
    return name === undefined ? word : new RegExp(`\\b${name}=(\\d+)`).exec(scripts["lib.sh"]!)![1]!;
  });
}

/** Sentinel's clocks as sentinel-watch.sh sets them, and as they are without anybody setting them; in milliseconds. */
export const clocks = {
  ours: [...setInPods(), "PUBLISH-PERIOD", "2000"],
  plain: [
    "INFO-PERIOD",
    "10000",
    "PING-PERIOD",
    "1000",
    "ASK-PERIOD",
    "1000",
    "PUBLISH-PERIOD",
    "2000",
    "MIN-LINK-RECONNECT-PERIOD",
    "15000",
  ],
};

export const onEachSentinel = (deployment: ChaosStack, ...command: string[]) =>
  Promise.all(deployment.sentinels.map((host) => ask(host, 26379, deployment.password, ["SENTINEL", ...command])));

/** What one sentinel takes, on average: a share of a processor, and what its pod sends and receives. */
export interface ClockPrice {
  clocks: string;
  cpuPercent: number;
  kilobytesPerSecond: number;
}

/** Both settings in turns, so that what else the machine does meets them alike. */
export async function priceOfClocks(deployment: ChaosStack, rounds: number, seconds = 20): Promise<ClockPrice[]> {
  const sentinels = (await podsOf(deployment))
    .filter((pod) => componentOf(pod) === "sentinel")
    .map((pod) => processesOf(pod.metadata.uid, "redis-sentinel")[0]!);
  const totals = { ours: { cpu: 0, bytes: 0 }, plain: { cpu: 0, bytes: 0 } };
  const used = () => ({ cpu: sum(sentinels.map((pid) => processorTime(pid).own)), bytes: sum(sentinels.map(traffic)) });
  for (let round = 0; round < rounds; round++) {
    for (const which of ["plain", "ours"] as const) {
      await onEachSentinel(deployment, "DEBUG", ...clocks[which]);
      await sleep(2000);
      const before = used();
      await sleep(seconds * 1000);
      const after = used();
      totals[which].cpu += after.cpu - before.cpu;
      totals[which].bytes += after.bytes - before.bytes;
    }
  }
  const each = rounds * seconds * sentinels.length;
  // A jiffy is 10 ms, one hundredth of a second of one processor.
  return (["plain", "ours"] as const).map((which) => ({
    clocks: which,
    cpuPercent: totals[which].cpu / each,
    kilobytesPerSecond: totals[which].bytes / each / 1000,
  }));
}

/** Bytes in and out of the pod's network, loopback aside. */
function traffic(pid: number): number {
  const line = fs
    .readFileSync(`/proc/${pid}/net/dev`, "utf8")
    .split("\n")
    .find((text) => text.trim().startsWith("eth0:"))!;
  const cells = line.split(":")[1]!.trim().split(/\s+/).map(Number);
  return cells[0]! + cells[8]!;
}
