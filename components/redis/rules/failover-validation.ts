import type { Mistake } from "../../mistake";
import type { RedisArgs } from "../args";
import { defaults } from "../defaults";

/** Below it a master that is only busy was taken for a lost one: docs/decisions.md has the runs. In milliseconds. */
export const lowestMeasuredDownAfter = 2000;

/** What is wrong with `failover`: each number by itself, and beside the others. */
export function failoverMistakes({ failover = {}, replicas = defaults.replicas }: RedisArgs): Mistake[] {
  const silence = failover.downAfter ?? defaults.failover.downAfter;
  const others = replicas - 1;
  const rules: [keyof typeof failover, (value: number) => boolean, string][] = [
    [
      "downAfter",
      (value) => value >= 1000,
      "is in milliseconds, at least 1000: below that a busy master is taken for a lost one",
    ],
    ["failoverTimeout", (value) => value >= silence, `is in milliseconds, at least failover.downAfter (${silence})`],
    ["parallelSyncs", (value) => value >= 1, "counts the replicas that copy at the same time: at least 1"],
    [
      "minReplicas",
      (value) => value >= 0 && value <= others,
      `counts replicas beside the master, of which there are ${others}: with more no write would ever be taken. Write 0 to ${others}`,
    ],
    [
      "maxLag",
      (value) => value >= 2 && value <= 60,
      "is in seconds, 2 to 60: replicas report once a second, and a master would refuse writes between two reports",
    ],
  ];
  const mistakes = rules.flatMap(([key, holds, reason]): Mistake[] => {
    const value = failover[key];
    const right = value === undefined || (Number.isInteger(value) && holds(value));
    return right ? [] : [{ property: `failover.${key}`, value, reason }];
  });
  if (failover.failoverTimeout === undefined && silence > defaults.failover.failoverTimeout)
    mistakes.push({
      property: "failover.downAfter",
      value: failover.downAfter,
      reason: `is longer than a failover may take: write failover.failoverTimeout too, at least ${silence}`,
    });
  return mistakes;
}

/** What works, but not as well as it may seem: the figures, and what to write instead. */
export function failoverWarnings({ mode, failover = {}, replicas = defaults.replicas }: RedisArgs): string[] {
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
