import * as fs from "node:fs";
import * as path from "node:path";
import { checkout } from "../../lib/paths";
import { elapsed, say } from "../../lib/progress";
import { ChaosStack } from "./deployment";
import type { Fault } from "./fault";
import { logsOf } from "./logs";
import { picture } from "./picture";
import { lossInWords, markdown, rowsOf } from "./report";
import { freshPods, interrupt, runFault, type RunResult } from "./run";

const build = path.join(checkout, "build");
const id = Math.random().toString(36).slice(2, 8);
let deployment: ChaosStack | undefined;

/**
 * Runs the faults, each `runs` times, on as few deployments as they allow, and leaves tables and pictures under build/.
 */
export async function matrix(faults: readonly Fault[], runs: number, brief = false): Promise<RunResult[]> {
  const results: RunResult[] = [];
  fs.mkdirSync(build, { recursive: true });
  // Those that need another deployment come last: one is up at a time.
  const order = [...faults].sort((a, b) => Number(a.needs !== undefined) - Number(b.needs !== undefined));
  try {
    let needs: Fault["needs"];
    for (const fault of order) {
      if (deployment && needs !== fault.needs) await takeDown();
      needs = fault.needs;
      for (let run = 1; run <= runs; run++) {
        say(`\n${fault.id}. ${fault.name}, run ${run} of ${runs} (${elapsed()})`);
        deployment ??= await deploy(fault);
        const result = await attempt(fault, deployment, brief);
        if (!result) continue;
        results.push(result);
        tell(result);
        keep(results);
        if (process.env.KEEP_LOGS || wentWrong(result)) await keepLogs(deployment, result);
        await recover(deployment, result);
      }
    }
  } finally {
    await takeDown();
  }
  return results;
}

/** Faults that could not be made, and why. A long matrix goes on without them, and is no success. */
export const notMade: string[] = [];

async function attempt(fault: Fault, used: ChaosStack, brief: boolean): Promise<RunResult | undefined> {
  try {
    return await runFault(fault, used, brief);
  } catch (error) {
    notMade.push(`${fault.id}. ${fault.name}: ${error instanceof Error ? error.message : String(error)}`);
    say(`   not made: ${notMade.at(-1)}`);
    await used.replace();
    return undefined;
  }
}

async function deploy({ needs }: Fault): Promise<ChaosStack> {
  const fresh = new ChaosStack(`redis-chaos-${id}`, needs);
  deployment = fresh;
  await fresh.up();
  return fresh;
}

async function takeDown(): Promise<void> {
  const old = deployment;
  deployment = undefined;
  await old?.remove();
}

/** The next fault begins with a deployment that is whole, or with another one. */
async function recover(used: ChaosStack, result: RunResult): Promise<void> {
  const reason = result.healed ? await freshPods(used).then(() => undefined, String) : "not healed";
  if (reason === undefined) return;
  if (result.healed) await keepLogs(used, { ...result, reason });
  say(`   ${reason}: the deployment is replaced`);
  await used.replace();
}

function tell({ clients, healed, reason, marks }: RunResult): void {
  for (const result of clients) {
    const { client, outageMs, acknowledged, regressions, recorded } = result;
    say(
      `   ${client}: outage ${outageMs} ms, ${acknowledged} acknowledged, ${lossInWords(result)}, ${regressions} regressions; refusals ${JSON.stringify(recorded.errors)}`,
    );
  }
  say(
    healed
      ? `   healed ${((marks.healed! - marks.putBack) / 1000).toFixed(1)} s after ${marks.putBack - marks.fault > 2000 ? "it was put back" : "the fault"}`
      : `   NOT healed: ${reason}`,
  );
}

const wentWrong = ({ healed, clients }: RunResult) =>
  !healed || clients.some(({ lost, regressions }) => lost > 0 || regressions > 0);

/** What the sentinels and the pods said: the deployment will be gone when somebody asks. */
async function keepLogs(used: ChaosStack, { fault, reason, marks, events }: RunResult): Promise<void> {
  const pods = await logsOf(
    used,
    "--timestamps",
    `--since-time=${new Date(marks.fault - 10_000).toISOString()}`,
    "--tail=-1",
  );
  const said = events.map(
    ({ at, sentinel, channel, message }) => `${new Date(at).toISOString()} ${sentinel} ${channel} ${message}`,
  );
  const times = Object.entries(marks).map(
    ([name, at]) =>
      `${name}: ${[at]
        .flat()
        .map((time) => (time === undefined ? "never" : new Date(time).toISOString()))
        .join(" ")}`,
  );
  const name = `chaos-${fault.id}${process.env.KEEP_LOGS ? `-${Date.now()}` : ""}.log`;
  fs.writeFileSync(
    path.join(build, name),
    [fault.name, reason ?? "healed", ...times, "", ...said, "", pods].join("\n"),
  );
  say(`   see build/${name}`);
}

const worstOutage = ({ clients }: RunResult) => Math.max(...clients.map(({ outageMs }) => outageMs));

/** After each run: what an interrupted matrix has found so far is there. The picture is that of the worst run. */
function keep(results: readonly RunResult[]): void {
  const rows = rowsOf(results);
  fs.writeFileSync(path.join(build, "chaos.json"), `${JSON.stringify(rows, null, 2)}\n`);
  fs.writeFileSync(path.join(build, "chaos.md"), markdown(rows));
  const last = results.at(-1)!;
  const same = results.filter(({ fault }) => fault === last.fault);
  const worst = same.reduce((a, b) => (worstOutage(b) > worstOutage(a) ? b : a));
  if (worst === last) fs.writeFileSync(path.join(build, `chaos-${last.fault.id}.svg`), picture(last));
}

/** On SIGINT: what was broken is put back first, then the deployment goes. */
export async function interrupted(): Promise<void> {
  await interrupt().catch((error: unknown) => say(String(error)));
  await deployment?.abandon();
}
