import { say } from "../../lib/progress";
import { kubectl } from "../support/cluster";
import { eventually } from "../support/eventually";
import type { ChaosStack } from "../chaos/deployment";
import type { Context, Fault } from "../chaos/fault";
import { rowsOf, type Row } from "../chaos/report";
import { freshPods, runFault, type RunResult } from "../chaos/run";
import { signal } from "../chaos/processes";
import { ask, condition } from "../chaos/state";
import { clocks, onEachSentinel } from "./clocks";

/** down-after as others ship it, in seconds; Sentinel's other clocks as they are without anybody setting them. */
const shipped = [
  { who: "Bitnami", downAfter: 60 },
  { who: "KubeBlocks", downAfter: 20 },
  { who: "redis-ha", downAfter: 10 },
  { who: "Spotahome, OT", downAfter: 5 },
];
async function asShippedBy(deployment: ChaosStack, downAfter: number): Promise<void> {
  await onEachSentinel(
    deployment,
    "SET",
    deployment.masterName,
    "down-after-milliseconds",
    String(downAfter * 1000),
    "failover-timeout",
    "180000",
  );
  await onEachSentinel(deployment, "DEBUG", ...clocks.plain);
}

/** A master that hangs: nothing but down-after finds it, whatever else a topology does about crashes. */
const hang = (seconds: number) => async (context: Context) => {
  context.undo.add(() => signal(context.master.metadata.uid, "SIGCONT", "redis-server"));
  context.strike();
  signal(context.master.metadata.uid, "SIGSTOP", "redis-server");
  await eventually("another master", async () => (await condition(context.deployment)).masters.length === 1, {
    timeout: seconds * 1000,
    every: 250,
  });
  await context.undo.all();
};

/** A master that hangs for a minute is started again by its liveness probe. */
const hangRestarts: Fault["restarts"] = (pod, { master }) => (pod.metadata.uid === master.metadata.uid ? 1 : 0);

/** What their preStop hooks do: SENTINEL FAILOVER, with the master going on taking writes. */
const unpaused = async (context: Context) => {
  context.strike();
  await ask(context.deployment.sentinels[0]!, 26379, context.deployment.password, [
    "SENTINEL",
    "FAILOVER",
    context.deployment.masterName,
  ]);
  await eventually(
    "another master",
    async () => {
      const { masters } = await condition(context.deployment);
      return masters.length === 1 && masters[0] !== context.master.metadata.name;
    },
    { timeout: 60_000 },
  );
};

const deleted = async (context: Context) => {
  context.strike();
  await kubectl("delete", "pod", "-n", context.deployment.namespace, context.master.metadata.name, "--wait=false");
};

/** Theirs and ours, on the same deployment in the same run. The sentinels of ours are as their pods start them. */
export async function failover(deployment: ChaosStack, runs: number): Promise<Row[]> {
  const results: RunResult[] = [];
  const measure = async (fault: Fault, times: number, before?: () => Promise<void>) => {
    for (let run = 1; run <= times; run++) {
      await eventually("a healthy deployment", async () => (await condition(deployment)).problems.length === 0, {
        timeout: 120_000,
        every: 500,
      });
      await before?.();
      const result = await runFault(fault, deployment, false);
      results.push(result);
      say(
        `   ${fault.name}: ${result.clients.map(({ client, outageMs, lost }) => `${client} ${outageMs} ms, ${lost} lost`).join("; ")}${result.healed ? "" : `; NOT healed: ${result.reason}`}`,
      );
      if (!result.healed) {
        await deployment.replace();
        continue;
      }
      await freshPods(deployment);
    }
  };
  await measure({ id: "0", name: "ours: hang", make: hang(60), restarts: hangRestarts }, runs);
  await measure({ id: "0", name: "ours: planned move", make: deleted }, runs);
  for (const { who, downAfter } of shipped) {
    await measure(
      { id: "0", name: `down-after ${downAfter} s (${who}): hang`, make: hang(downAfter + 60), restarts: hangRestarts },
      downAfter > 10 ? 1 : runs,
      () => asShippedBy(deployment, downAfter),
    );
  }
  await measure(
    { id: "0", name: "SENTINEL FAILOVER without a pause (their preStop hooks)", make: unpaused },
    runs,
    () => asShippedBy(deployment, 5),
  );
  return rowsOf(results);
}
