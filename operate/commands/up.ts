import { publish } from "../engine/environment";
import { prepare } from "../engine/prepare";
import { outputs, up } from "../engine/stack";
import { nameOf, targetOf, type Target } from "../engine/target";
import { elapsed, main, say } from "../../lib/progress";

/** What a client needs to know, in the order in which a person asks for it. */
const endpoints = ["host", "port", "readHost", "sentinelHost", "sentinelPort", "masterName", "namespace"] as const;

main(async () => {
  const target = targetOf(process.env.CONTEXT);
  await prepare(target);
  // Before the deployment, so that one that fails can be looked into by hand.
  publish(target);
  say("");
  await up(target);
  say(`\n${summary(target, await outputs(target))}\n\nDone in ${elapsed()}.`);
});

function summary(target: Target, found: Record<string, unknown>): string {
  const shown = endpoints
    .filter((name) => found[name] !== undefined)
    .map((name) => `  ${name.padEnd(14)}${String(found[name])}`);
  return [
    `Redis is up on ${nameOf(target)}:`,
    ...shown,
    "",
    "Next:",
    "  make status       who is master, each replica's lag, what each sentinel sees",
    "  make cli          redis-cli on the current master",
    "  . operate/env     then by hand: pulumi preview, pulumi stack output --show-secrets, kubectl get pods",
  ].join("\n");
}
