import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { bin, checkout, state } from "../lib/paths";
import { CommandFailed, run } from "../lib/run";
import { backendDir, dropDeadLocks, stackState } from "./backend";
import { environment } from "./environment";
import { clusterId } from "./kubectl";
import { keepingFormat } from "./salt";
import { nameOf, type Target } from "./target";

const pulumi = path.join(bin, "pulumi");

const quiet = (target: Target, args: readonly string[]) => run(pulumi, args, { cwd: checkout, env: environment(target), timeoutSeconds: 60 });

/** Runs pulumi with its progress on the terminal. Bounded where nobody may be watching. */
function shown(target: Target, args: readonly string[], timeoutSeconds?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(pulumi, args, { cwd: checkout, env: environment(target), stdio: "inherit" });
    // Ctrl-C reaches pulumi too, which then ends in good order and releases its lock: outlive it.
    const wait = () => undefined;
    process.on("SIGINT", wait);
    const escalation = timeoutSeconds === undefined ? [] : endInOrder(child, timeoutSeconds);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", wait);
      escalation.forEach(clearTimeout);
      if (code === 0) resolve();
      else reject(new CommandFailed(`pulumi ${args.join(" ")}`, code, ""));
    });
  });
}

/** Asks pulumi to cancel, then to stop at once, and kills it only then: one that is killed leaves its plugins running. */
const endInOrder = (child: ChildProcess, afterSeconds: number): NodeJS.Timeout[] =>
  (["SIGINT", "SIGINT", "SIGKILL"] as const).map((signal, index) => setTimeout(() => child.kill(signal), (afterSeconds + 10 * index) * 1000));

/** Makes the stack if there is none, and mends what an interrupted run left of it. */
export async function ensureStack(target: Target): Promise<void> {
  fs.mkdirSync(backendDir, { recursive: true });
  dropDeadLocks(target.stack);
  await keepingFormat(target.stack, () => quiet(target, ["stack", "select", "--create", target.stack]));
}

const idFile = (target: Target) => path.join(state, `cluster-id-${target.stack}`);

/**
 * `pulumi up`. Asks the cluster first what is really there if the last run was cut off, or if the cluster is another one than
 * the state was written for: the engine would otherwise find nothing to do on an empty cluster.
 */
export async function up(target: Target): Promise<void> {
  const { interrupted, resources } = stackState(target.stack);
  const id = await clusterId(target);
  const known = fs.existsSync(idFile(target)) ? fs.readFileSync(idFile(target), "utf8") : undefined;
  if (interrupted) await shown(target, ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
  const changed = resources > 0 && id !== known;
  await keepingFormat(target.stack, () => shown(target, ["up", "--yes", ...(changed ? ["--refresh"] : [])]));
  if (id) fs.writeFileSync(idFile(target), id);
}

/** What the program tells of the stack, without its secrets. */
export async function outputs(target: Target): Promise<Record<string, unknown>> {
  return JSON.parse(await quiet(target, ["stack", "output", "--json"])) as Record<string, unknown>;
}

/** `pulumi destroy`, bounded. */
export const destroy = (target: Target, timeoutSeconds: number): Promise<void> =>
  shown(target, ["destroy", "--yes", "--skip-preview"], timeoutSeconds).catch((error: unknown) => {
    dropDeadLocks(target.stack);
    throw new Error(`The stack ${target.stack} could not be destroyed on ${nameOf(target)}: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
  });

/** Takes the stack out of the backend; `force` also if the state still names resources. Its tracked file stays. */
export async function removeStack(target: Target, force: boolean): Promise<void> {
  await quiet(target, ["stack", "rm", "--yes", "--preserve-config", ...(force ? ["--force"] : []), target.stack]);
  fs.rmSync(idFile(target), { force: true });
}
