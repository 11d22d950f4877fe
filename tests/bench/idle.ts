import * as fs from "node:fs";
import * as os from "node:os";
import type { ChaosStack } from "../chaos/deployment";
import { processesOf } from "../chaos/processes";
import { componentOf, podsOf } from "../chaos/state";
import { sleep } from "../support/eventually";
import { podCpuSeconds } from "./cgroup";
import { processorTime, sum } from "./processor-time";

/** What a cluster with a Sentinel stack takes while nobody uses it, in processors. */
export interface IdleLoad {
  seconds: number;
  /** Of all that this machine has. */
  machine: number;
  processesPerSecond: number;
  /** An average pod of each kind: its own processes, its probes among them. */
  perPod: Record<string, number>;
  /** Everything that has this name, and what it waited for: a shim with the runc of each probe. */
  perProgram: Record<string, number>;
}

/** As the kernel names them, which cuts a name to 15 characters. */
const programs = [
  "kubelet",
  "containerd",
  "containerd-shim",
  "etcd",
  "kube-apiserver",
  "kube-controller",
  "kube-scheduler",
  "kube-proxy",
];

export async function idleLoad(deployment: ChaosStack, seconds = 60): Promise<IdleLoad> {
  const pods = (await podsOf(deployment)).map((pod) => ({
    kind: componentOf(pod),
    // It lives as long as its pod.
    pid: processesOf(pod.metadata.uid, "pause")[0]!,
  }));
  const now = () => ({
    machine: busySeconds(),
    processes: processesStarted(),
    pods: pods.map(({ pid }) => podCpuSeconds(pid)),
    programs: Object.fromEntries(programs.map((program) => [program, secondsOf(program)])),
  });
  const before = now();
  await sleep(seconds * 1000);
  const after = now();

  const perPod = [...new Set(pods.map(({ kind }) => kind))].map((kind) => {
    const used = pods.flatMap((pod, n) => (pod.kind === kind ? [after.pods[n]! - before.pods[n]!] : []));
    return [kind, sum(used) / used.length / seconds];
  });
  return {
    seconds,
    machine: (after.machine - before.machine) / seconds,
    processesPerSecond: (after.processes - before.processes) / seconds,
    perPod: Object.fromEntries(perPod) as Record<string, number>,
    perProgram: Object.fromEntries(
      programs.map((program) => [program, (after.programs[program]! - before.programs[program]!) / seconds]),
    ),
  };
}

/** Node.js tells each processor's times in milliseconds. */
const busySeconds = () => sum(os.cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq)) / 1000;

const processesStarted = () => Number(/^processes (\d+)$/m.exec(fs.readFileSync("/proc/stat", "utf8"))![1]);

/** Of all processes of a name, and of their children that have ended. */
function secondsOf(program: string): number {
  const jiffies = fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const { name, own, endedChildren } = processorTime(pid);
        return name === program ? [own + endedChildren] : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
  return sum(jiffies) / 100;
}
