import { table } from "../report";
import type { CrashLoss } from "./crash-loss";
import type { Memory } from "./memory";
import type { Restart } from "./restart";

export interface Durability {
  crashes: CrashLoss[];
  restarts: Restart[];
  memory: Memory[];
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export const report = ({ crashes, restarts, memory }: Durability): string =>
  [
    "Acknowledged writes that a crash of a standalone Redis lost, four connections writing one value after the other:",
    table(
      [
        "`persistence.fsync`",
        "crash",
        "runs",
        "acknowledged (median)",
        "lost (median)",
        "lost (most)",
        "the oldest lost one was acknowledged so long before (ms, median)",
        "(most)",
      ],
      crashes.map(({ fsync, crash, runs }) => [
        fsync,
        crash,
        String(runs.length),
        median(runs.map((run) => run.acknowledged)).toFixed(0),
        median(runs.map((run) => run.lost)).toFixed(0),
        Math.max(...runs.map((run) => run.lost)).toFixed(0),
        median(runs.map((run) => run.oldestLostMs)).toFixed(0),
        Math.max(...runs.map((run) => run.oldestLostMs)).toFixed(0),
      ]),
    ),
    "From the start of a pod until it is ready, values of 1,000 bytes:",
    table(
      ["data (MB)", "append-only file", "on disk (MB)", "seconds (median)", "(most)"],
      restarts.map(({ megabytes, form, onDiskMegabytes, seconds }) => [
        String(megabytes),
        form,
        onDiskMegabytes.toFixed(0),
        median(seconds).toFixed(2),
        Math.max(...seconds).toFixed(2),
      ]),
    ),
    "Redis at its `maxmemory` in a cgroup of the pod's limit, every key overwritten again and again while forks save and rewrite:",
    table(
      [
        "limit",
        "forks",
        "overwrites",
        "full, before the forks (MB, without page cache)",
        "peak with them (MB)",
        "killed for memory",
      ],
      memory.map((row) => [
        row.limit,
        String(row.forks),
        String(row.overwrites),
        row.fullMegabytes.toFixed(0),
        row.peakMegabytes.toFixed(0),
        row.killed ? "yes" : "no",
      ]),
    ),
  ].join("\n\n");
