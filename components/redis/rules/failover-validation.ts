import type { Mistake } from "../../mistake";
import type { RedisArgs } from "../args";
import { defaults } from "../settings";

/** Below it a master that is only busy was taken for a lost one: docs/decisions.md has the runs. In milliseconds. */
export const lowestMeasuredDownAfter = 2000;

/** What is wrong with `failover`: each number by itself, and beside the others. */
export function failoverMistakes({ failover = {}, replicas = 3 }: RedisArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  const { downAfter, failoverTimeout } = failover;
  const require = (property: keyof typeof failover, holds: (value: number) => boolean, reason: string) => {
    const value = failover[property];
    if (value !== undefined && !(Number.isInteger(value) && holds(value)))
      mistakes.push({ property: `failover.${property}`, value, reason });
  };
  require("downAfter", (value) =>
    value >= 1000, "is in milliseconds, at least 1000: below that a busy master is taken for a lost one");
  const silence = downAfter ?? defaults.downAfter;
  require("failoverTimeout", (value) =>
    value >= silence, `is in milliseconds, at least failover.downAfter (${silence})`);
  if (failoverTimeout === undefined && silence > defaults.failoverTimeout) {
    mistakes.push({
      property: "failover.downAfter",
      value: downAfter,
      reason: `is longer than a failover may take: write failover.failoverTimeout too, at least ${silence}`,
    });
  }
  require("parallelSyncs", (value) => value >= 1, "counts the replicas that copy at the same time: at least 1");
  require("minReplicas", (value) =>
    value >= 0 &&
    value <=
      replicas -
        1, `counts replicas beside the master, of which there are ${replicas - 1}: with more no write would ever be taken. Write 0 to ${replicas - 1}`);
  require("maxLag", (value) =>
    value >= 2 &&
    value <=
      60, "is in seconds, 2 to 60: replicas report once a second, and a master would refuse writes between two reports");
  return mistakes;
}

/** What works, but not as well as it may seem: the figures, and what to write instead. */
export function failoverWarnings({ mode, failover = {}, replicas = 3 }: RedisArgs): string[] {
  if (mode !== "sentinel") return [];
  const warnings: string[] = [];
  const { downAfter, minReplicas } = failover;
  if (downAfter !== undefined && downAfter < lowestMeasuredDownAfter) {
    warnings.push(
      `failover.downAfter: ${downAfter} ms is below what was measured to be safe under load (${lowestMeasuredDownAfter} ms): a disk whose syncs take as long (Redis waits for one at each rewrite of its append-only file) or a busy node may count as the master's loss, and each failover is an outage of a second`,
    );
  }
  if (minReplicas !== undefined && minReplicas > 0 && minReplicas === replicas - 1) {
    warnings.push(
      `failover.minReplicas: ${minReplicas} is every replica there is: the restart of any one of them stops all writes until it is back. ${Math.max(0, minReplicas - 1)} lets one go`,
    );
  }
  if (minReplicas === 0 && replicas > 2) {
    warnings.push(
      "failover.minReplicas: 0 lets a master that is cut off go on taking writes, which are lost when it rejoins; 1 bounds that to failover.maxLag",
    );
  }
  return warnings;
}
