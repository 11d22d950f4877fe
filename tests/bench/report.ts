import { markdown, type Row } from "../chaos/report";
import type { ClockPrice } from "./clocks";
import { pauseMs, stallMs, type FalseAlarmRuns, type Stress } from "./down-after";
import type { IdleLoad } from "./idle";
import type { PreviewTimes } from "./preview";
import type { Throughput } from "./throughput";

export interface Bench {
  upSeconds: { running: boolean; cluster: number; stack: number; firstWrite: number };
  idle: IdleLoad;
  preview: PreviewTimes;
  throughput: Throughput[];
  failover: Row[];
  clocks: ClockPrice[];
  falseAlarms: FalseAlarmRuns;
}

export const table = (head: string[], lines: string[][]) =>
  [head, head.map(() => "---"), ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");

const stressInWords = ({ seconds, saves, rewrites, stalls, pauses, writes, longestSilenceMs }: Stress) =>
  `${seconds} s with ${saves} forks to save, ${rewrites} rewrites of the append-only file, ${stalls} disk syncs stalled for ${stallMs / 1000} s, ${pauses} pauses of the process for ${pauseMs / 1000} s, ${writes} writes; its longest silence was ${longestSilenceMs} ms`;

export const alarmReport = ({ megabytes, busyLoops, plain, paused }: FalseAlarmRuns): string =>
  [
    `False alarms, of a living master of ${megabytes} MB beside ${busyLoops} busy loops. ${stressInWords(plain)}; with pauses: ${stressInWords(paused)}:`,
    table(
      [
        "down-after (ms)",
        "taken for down by one sentinel",
        "by two of three at once: a false failover",
        "with pauses: by one",
        "with pauses: by two of three",
      ],
      plain.alarms.map((row, n) =>
        [
          row.downAfter,
          row.byOneSentinel,
          row.byMajority,
          paused.alarms[n]!.byOneSentinel,
          paused.alarms[n]!.byMajority,
        ].map(String),
      ),
    ),
  ].join("\n\n");

const thousandths = (processors: number) => (processors * 1000).toFixed(0);

export const idleReport = ({ seconds, machine, processesPerSecond, perPod, perProgram }: IdleLoad): string =>
  [
    `With nobody using it, over ${seconds} s: ${thousandths(machine)} thousandths of a processor for all that this machine does, ${processesPerSecond.toFixed(0)} processes started each second. Of these (what a probe runs counts in its pod, and in the shim that waits for it):`,
    table(
      ["what", "thousandths of a processor"],
      [
        ...Object.entries(perPod).map(
          ([kind, used]) => [`an average pod of kind ${kind}, its probes among it`, used] as const,
        ),
        ...Object.entries(perProgram).map(
          ([program, used]) => [`${program}, all of them and what they waited for`, used] as const,
        ),
      ].map(([what, used]) => [what, thousandths(used)]),
    ),
  ].join("\n\n");

export const previewReport = ({ rounds, empty, unchanged, target }: PreviewTimes): string =>
  `\`pulumi preview\` of a stack that is unchanged takes ${unchanged.toFixed(2)} s, of a program that makes nothing ${empty.toFixed(2)} s (medians of ${rounds}, in turns): ${(unchanged / empty).toFixed(2)} times as long (target: ${target}).`;

export const report = ({ upSeconds, idle, preview, throughput, failover, clocks, falseAlarms }: Bench): string =>
  [
    "Throughput and latency, 50 connections, 100 bytes a value; ratios to the bare redis-server of the same run:",
    table(
      ["test", "pipeline", "through", "requests/s", "p99 (ms)", "throughput ratio", "p99 ratio"],
      throughput.map((row) => [
        row.test,
        String(row.pipeline),
        row.target,
        row.perSecond.toFixed(0),
        row.p99Ms.toFixed(2),
        row.ofBare.perSecond.toFixed(2),
        row.ofBare.p99.toFixed(2),
      ]),
    ),
    "Failover, ours beside the settings that others ship:",
    markdown(failover).replace(/^\| (fault|---|0) \|/gm, "|"),
    alarmReport(falseAlarms),
    idleReport(idle),
    previewReport(preview),
    "What a sentinel takes:",
    table(
      ["clocks", "processor (%)", "network (kB/s, in and out)"],
      clocks.map((row) => [row.clocks, row.cpuPercent.toFixed(2), row.kilobytesPerSecond.toFixed(2)]),
    ),
    "Up to ready:",
    table(
      ["step", "seconds"],
      [
        [
          upSeconds.running
            ? "the cluster, which ran already"
            : "the cluster, started anew (its programs built before)",
          upSeconds.cluster.toFixed(1),
        ],
        ["`pulumi up` of a sentinel stack, until it returns", upSeconds.stack.toFixed(1)],
        ["the first write through the endpoint after that", upSeconds.firstWrite.toFixed(2)],
      ],
    ),
  ].join("\n\n");
