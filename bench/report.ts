import { markdown, type Row } from "../tests/chaos/report";
import type { ClockPrice } from "./clocks";
import type { Stress } from "./down-after";
import type { Throughput } from "./throughput";

export interface Bench { upSeconds: { running: boolean; cluster: number; stack: number; firstWrite: number }; throughput: Throughput[]; failover: Row[]; clocks: ClockPrice[]; falseAlarms: Stress }

export const table = (head: string[], lines: string[][]) => [head, head.map(() => "---"), ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");

export const report = ({ upSeconds, throughput, failover, clocks, falseAlarms }: Bench): string => [
  "Throughput and latency, 50 connections, 100 bytes a value; ratios to the bare redis-server of the same run:",
  table(["test", "pipeline", "through", "requests/s", "p99 (ms)", "throughput ratio", "p99 ratio"], throughput.map((row) => [row.test, String(row.pipeline), row.target, row.perSecond.toFixed(0), row.p99Ms.toFixed(2), row.ofBare.perSecond.toFixed(2), row.ofBare.p99.toFixed(2)])),
  "Failover, ours beside the settings that others ship:",
  markdown(failover).replace(/^\| (fault|---|0) \|/gm, "|"),
  `False alarms: a living master of ${falseAlarms.megabytes} MB for ${falseAlarms.seconds} s, ${falseAlarms.saves} forks to save, ${falseAlarms.rewrites} rewrites of the append-only file, ${falseAlarms.stalls} disk syncs stalled for 2 s, ${falseAlarms.pauses} pauses of the process for 1.5 s, ${falseAlarms.busyLoops} busy loops, ${falseAlarms.writes} writes; its longest silence was ${falseAlarms.longestSilenceMs} ms:`,
  table(["down-after (ms)", "taken for down by one sentinel", "by two of three at once: a false failover"], falseAlarms.alarms.map((row) => [String(row.downAfter), String(row.byOneSentinel), String(row.byMajority)])),
  "What a sentinel takes:",
  table(["clocks", "processor (%)", "network (kB/s, in and out)"], clocks.map((row) => [row.clocks, row.cpuPercent.toFixed(2), row.kilobytesPerSecond.toFixed(2)])),
  "Up to ready:",
  table(["step", "seconds"], [[upSeconds.running ? "the cluster, which ran already" : "the cluster, started anew (its programs built before)", upSeconds.cluster.toFixed(1)], ["`pulumi up` of a sentinel stack, until it returns", upSeconds.stack.toFixed(1)], ["the first write through the endpoint after that", upSeconds.firstWrite.toFixed(2)]]),
].join("\n\n");
