import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { quiet, shown } from "../engine/pulumi";
import { configFile } from "../engine/salt";
import type { Target } from "../engine/target";
import { CommandFailed, run } from "../../lib/run";
import { say } from "../../lib/progress";
import { ownStack } from "../status/own-stack";
import type { RedisLocation } from "../status/own-stack";
import { outputs } from "../engine/stack";
import type { NewStack } from "./plan";

/** Pulumi, as the stack that the new one stands beside was deployed: by `make up`, or by the user's own. */
interface Pulumi {
  /** For its reply. */
  ask(args: readonly string[]): Promise<string>;
  /** On the terminal. */
  show(args: readonly string[]): Promise<void>;
}

const pulumiOfMakeUp = (target: Target): Pulumi => ({
  ask: (args) => quiet(target, args),
  show: (args) => shown(target, args),
});

/** With a terminal the user sees the preview, and is asked; without one YES=1 has said so before. */
const pulumiOfUser: Pulumi = {
  ask: (args) => run("pulumi", args, { timeoutSeconds: 60 }),
  show: (args) =>
    new Promise((resolve, reject) => {
      const child = spawn("pulumi", args, { stdio: "inherit" });
      child.on("error", reject);
      child.on("close", (code) =>
        code === 0 ? resolve() : reject(new CommandFailed(`pulumi ${args.join(" ")}`, code, "")),
      );
    }),
};

const own = (name: string) => `redis-gke:${name}`;

/** Makes the new stack's file, or goes on with one that was made for the same archive and did not come up. */
async function make(pulumi: Pulumi, old: string, { stack, set, remove }: NewStack): Promise<void> {
  if (fs.existsSync(configFile(stack))) {
    const before = await pulumi.ask(["config", "get", "--path", own("restore.from"), "--stack", stack]).then(
      (text) => text.trim(),
      () => undefined,
    );
    if (before !== set["restore.from"])
      throw new Error(
        `There is a stack ${stack} already (${configFile(stack)}${before ? `, from ${before}` : ""}): ${before ? `FROM=${before} goes on with it. Or ` : ""}choose another name, INTO=..., or take it down first: pulumi destroy --stack ${stack}, pulumi stack rm ${stack}.`,
      );
    return say(`  ok  ${configFile(stack)} was made before, for this archive: it goes on with that`);
  }
  await pulumi.ask(["stack", "init", stack, "--no-select", "--non-interactive"]);
  await pulumi.ask(["config", "cp", "--stack", old, "--dest", stack]);
  await pulumi.ask(["config", "rm-all", "--path", "--stack", stack, ...remove.map(own)]);
  await pulumi.ask([
    "config",
    "set-all",
    "--path",
    "--stack",
    stack,
    ...Object.entries(set).flatMap(([key, value]) => ["--plaintext", `${own(key)}=${value}`]),
  ]);
  say(`  ok  ${configFile(stack)}: as ${configFile(old)}, with restore, and without what is the old one's alone`);
}

/** Deploys the new stack; resolves to the target by which the commands reach it, and to where its Redis is. */
export async function deployBeside(target: Target, planned: NewStack): Promise<RedisLocation & { host: string }> {
  const pulumi = target.deployedByUser ? pulumiOfUser : pulumiOfMakeUp({ ...target, stack: planned.stack });
  await make(pulumi, target.stack, planned);
  await pulumi.show(["up", "--stack", planned.stack, ...(target.deployedByUser && !process.env.YES ? [] : ["--yes"])]);
  if (target.deployedByUser) return ownStack(planned.stack);
  const { host } = await outputs({ ...target, stack: planned.stack });
  return { target: { ...target, stack: planned.stack }, namespace: planned.namespace, host: String(host) };
}
