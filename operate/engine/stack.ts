import * as fs from "node:fs";
import * as path from "node:path";
import { state } from "../../lib/paths";
import { firstLineOf } from "../../lib/run";
import { backendDir, clearAfterKill, forgetDeployed, stackState } from "./backend";
import { mendInterrupted } from "./interrupted";
import { clusterId } from "./kubectl";
import { quiet, shown } from "./pulumi";
import { keepingFormat } from "./salt";
import { nameOf, type Target } from "./target";

/** Makes the stack if there is none, and mends what an interrupted run left of it. */
export async function ensureStack(target: Target): Promise<void> {
  fs.mkdirSync(backendDir, { recursive: true });
  clearAfterKill(target.stack);
  await keepingFormat(target.stack, () => quiet(target, ["stack", "select", "--create", target.stack]));
}

const tracked = ["local", "minikube"];

const idFile = (target: Target) => path.join(state, `cluster-id-${target.stack}`);

/**
 * `pulumi up`. Asks the cluster first what is really there if the last run was cut off, or if the cluster is another
 * one than the state was written for (an embedded one that was built anew; another context is refused before this): the
 * engine would otherwise find nothing to do on an empty cluster, and the program would refuse to leave the data on the
 * one that is no more.
 */
export async function up(target: Target): Promise<void> {
  const id = await clusterId(target);
  const known = fs.existsSync(idFile(target)) ? fs.readFileSync(idFile(target), "utf8") : undefined;
  const changed = stackState(target.stack).resources > 0 && id !== known;
  await mendInterrupted(target);
  if (id && known && id !== known) forgetDeployed(target.stack);
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
    clearAfterKill(target.stack);
    throw new Error(`The stack ${target.stack} could not be destroyed on ${nameOf(target)}: ${firstLineOf(error)}`);
  });

/**
 * Takes the stack out of the backend; `force` also if the state still names resources. Its file stays if git has it:
 * one that `make restore` wrote goes.
 */
export async function removeStack(target: Target, force: boolean): Promise<void> {
  await quiet(target, [
    "stack",
    "rm",
    "--yes",
    ...(tracked.includes(target.stack) ? ["--preserve-config"] : []),
    ...(force ? ["--force"] : []),
    target.stack,
  ]);
  fs.rmSync(idFile(target), { force: true });
}
