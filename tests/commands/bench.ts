import * as fs from "node:fs";
import * as path from "node:path";
import { priceOfClocks } from "../bench/clocks";
import { falseAlarms } from "../bench/down-after";
import { failover } from "../bench/failover";
import { idleLoad } from "../bench/idle";
import { previewTimes } from "../bench/preview";
import { alarmReport, idleReport, previewReport, report, type Bench } from "../bench/report";
import { throughput } from "../bench/throughput";
import { ChaosStack } from "../chaos/deployment";
import { interrupt } from "../chaos/run";
import { ask } from "../chaos/state";
import { sleep } from "../support/eventually";
import { clusterStatus } from "../../stand-ins/cluster";
import { environment } from "../../operate/engine/environment";
import { prepare } from "../../operate/engine/prepare";
import { embedded } from "../../operate/engine/target";
import { pickedParts } from "./parts";
import { checkout } from "../../lib/paths";
import { elapsed, main, say } from "../../lib/progress";

const parts = ["alarms", "idle", "preview"] as const;

const seconds = async (work: () => Promise<unknown>) => {
  const from = Date.now();
  await work();
  return (Date.now() - from) / 1000;
};

/**
 * `make bench`; RUNS repeats each failover and each round of the throughput. PART=alarms is only how often a living
 * master is taken for lost, for SECONDS; PART=idle only what all of it takes while nobody uses it; PART=preview
 * only how long `pulumi preview` of it takes.
 */
main(async () => {
  const runs = Number(process.env.RUNS || 3);
  const picked = pickedParts(parts);
  const asksFor = (part: (typeof parts)[number]) => picked?.includes(part) ?? true;
  // Before there is a cluster, which would be slow beside it and make it slower.
  const falseAlarmRuns = asksFor("alarms") ? await falseAlarms(Number(process.env.SECONDS || 120)) : undefined;
  if (picked && falseAlarmRuns) say(`\n${alarmReport(falseAlarmRuns)}\n`);
  if (!asksFor("idle") && !asksFor("preview")) return say(`in ${elapsed()}`);
  const running = clusterStatus() === "running";
  const cluster = await seconds(() => prepare(embedded));
  Object.assign(process.env, environment(embedded));
  // The same share of the processors for the pod as for what runs beside it.
  const deployment = new ChaosStack(`redis-bench-${Math.random().toString(36).slice(2, 8)}`, {
    resources: { memory: "256Mi", cpu: "500m" },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      void interrupt()
        .catch(() => undefined)
        .then(() => deployment.abandon())
        .finally(() => process.exit(130));
    });
  try {
    const stack = await seconds(() => deployment.up());
    const firstWrite = await seconds(() =>
      ask(deployment.address("redis"), 6379, deployment.password, ["SET", "first", "write"]),
    );
    // Past the end of what a start leaves to do.
    await sleep(30_000);
    const idle = asksFor("idle") ? await idleLoad(deployment) : undefined;
    if (picked && idle) say(`\n${idleReport(idle)}`);
    const preview = asksFor("preview") ? await previewTimes(deployment) : undefined;
    if (picked && preview) say(`\n${previewReport(preview)}`);
    if (picked) say(`\nin ${elapsed()}`);
    else
      keep({
        upSeconds: { running, cluster, stack, firstWrite },
        idle: idle!,
        preview: preview!,
        throughput: await throughput(deployment, runs),
        clocks: await priceOfClocks(deployment, runs),
        failover: await failover(deployment, runs),
        falseAlarms: falseAlarmRuns!,
      });
  } finally {
    await deployment.remove();
  }
  process.exit(0);
});

function keep(found: Bench): void {
  const build = path.join(checkout, "build");
  fs.mkdirSync(build, { recursive: true });
  fs.writeFileSync(path.join(build, "bench.json"), `${JSON.stringify(found, null, 2)}\n`);
  fs.writeFileSync(path.join(build, "bench.md"), report(found));
  say(`\n${report(found)}\n\nin ${elapsed()}; also in build/bench.md and build/bench.json`);
}
