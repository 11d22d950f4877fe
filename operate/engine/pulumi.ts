import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { bin, checkout } from "../../lib/paths";
import { CommandFailed, run } from "../../lib/run";
import { environment } from "./environment";
import type { Target } from "./target";

const pulumi = path.join(bin, "pulumi");

/** Runs pulumi for its reply. */
export const quiet = (target: Target, args: readonly string[]) =>
  run(pulumi, args, { cwd: checkout, env: environment(target), timeoutSeconds: 60 });

/** Runs pulumi with its progress on the terminal. Bounded where nobody may be watching. */
export function shown(target: Target, args: readonly string[], timeoutSeconds?: number): Promise<void> {
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

/**
 * Asks pulumi to cancel, then to stop at once, and kills it only then: one that is killed leaves its plugins running.
 */
const endInOrder = (child: ChildProcess, afterSeconds: number): NodeJS.Timeout[] =>
  (["SIGINT", "SIGINT", "SIGKILL"] as const).map((signal, index) =>
    setTimeout(() => child.kill(signal), (afterSeconds + 10 * index) * 1000),
  );
