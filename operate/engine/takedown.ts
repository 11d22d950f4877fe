import { stopCluster } from "../../stand-ins/cluster";
import { say, step } from "../../lib/progress";
import { clearAfterKill, stacksBeside, stackState } from "./backend";
import { ensureCli } from "./cli";
import { unpublish } from "./environment";
import { mendInterrupted } from "./interrupted";
import { answers } from "./kubectl";
import { forgetSalts } from "./salt";
import { destroy, removeStack } from "./stack";
import { forget, nameOf, type Target } from "./target";

/** `make down`: nothing of the target's stack is left, and of the embedded cluster nothing at all. */
export async function takeDown(target: Target): Promise<void> {
  for (const stack of [...stacksBeside(target.stack), target.stack]) await takeDownStack({ ...target, stack });
  // Less than it takes to start one: without Go, say, a cluster that runs must still be stopped.
  if (!target.context && process.platform === "linux" && process.getuid?.() === 0)
    await step("The embedded cluster stopped", () => stopCluster());
  forget(target);
  await forgetSalts();
  unpublish();
}

async function takeDownStack(target: Target): Promise<void> {
  const { exists, resources } = stackState(target.stack);
  if (!exists) return;
  clearAfterKill(target.stack);
  // Not the plugin and not the cluster, which only a deployment needs; the CLI itself may be gone with the cache
  // folder.
  await ensureCli();
  await (target.context ? takeDownOnContext(target, resources) : takeDownEmbedded(target, resources));
}

/** What is on somebody's cluster stays in the state until it is gone there: a state thrown away would orphan it. */
async function takeDownOnContext(target: Target, resources: number): Promise<void> {
  if (resources > 0) {
    if (!(await answers(target)))
      throw new Error(
        `${nameOf(target)} does not answer, so the stack ${target.stack} stays as it is. Run make down again when the cluster is back.`,
      );
    await mendInterrupted(target);
    await destroy(target, 1800);
  }
  await removeStack(target, false);
}

/** The embedded cluster goes anyway, so nothing that it holds is worth hanging for. */
async function takeDownEmbedded(target: Target, resources: number): Promise<void> {
  const clean = resources === 0 || (await destroyed(target));
  await removeStack(target, !clean);
}

async function destroyed(target: Target): Promise<boolean> {
  if (!(await answers(target))) {
    say("  --  The embedded cluster does not answer: its stack is removed without it.");
    return false;
  }
  try {
    await destroy(target, 180);
    return true;
  } catch (error) {
    say(`  --  ${error instanceof Error ? error.message : String(error)}; the stack is removed without it.`);
    return false;
  }
}
