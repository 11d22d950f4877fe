import { markdown, type Row } from "../tests/chaos/report";
import type { Throughput } from "./throughput";

export interface Bench { upSeconds: { running: boolean; cluster: number; stack: number; firstWrite: number }; throughput: Throughput[]; failover: Row[] }

const table = (head: string[], lines: string[][]) => [head, head.map(() => "---"), ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");

export const report = ({ upSeconds, throughput, failover }: Bench): string => [
  "Throughput and latency, 50 connections, 100 bytes a value; ratios to the bare redis-server of the same run:",
  table(["test", "pipeline", "through", "requests/s", "p99 (ms)", "throughput ratio", "p99 ratio"], throughput.map((row) => [row.test, String(row.pipeline), row.target, row.perSecond.toFixed(0), row.p99Ms.toFixed(2), row.ofBare.perSecond.toFixed(2), row.ofBare.p99.toFixed(2)])),
  "Failover, ours beside the settings that others ship:",
  markdown(failover).replace(/^\| (fault|---|0) \|/gm, "|"),
  "Up to ready:",
  table(["step", "seconds"], [[upSeconds.running ? "the cluster, which ran already" : "the cluster, started anew (its programs built before)", upSeconds.cluster.toFixed(1)], ["`pulumi up` of a sentinel stack, until it returns", upSeconds.stack.toFixed(1)], ["the first write through the endpoint after that", upSeconds.firstWrite.toFixed(2)]]),
].join("\n\n");
