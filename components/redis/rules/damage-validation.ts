import type { Mistake } from "../../mistake";
import type { RedisArgs } from "../args";
import { damagePolicies, isOneOf } from "../choices";
import { defaults } from "../defaults";

/** What is wrong with `persistence.onDamage`. Pure. */
export function damageMistakes(args: RedisArgs): Mistake[] {
  const way = args.persistence?.onDamage;
  const refuse = (reason: string): Mistake[] => [{ property: "persistence.onDamage", value: way, reason }];
  if (way === undefined) return [];
  if (!isOneOf(damagePolicies, way))
    return refuse(
      `must be "stop" (say what is damaged, and wait), "repair" (with its loss), "restore" (an archive) or "empty" (begin anew)`,
    );
  if (way === "restore" && args.restore === undefined)
    return refuse(`needs to know which archive: write restore.from, e.g. "latest"`);
  return [];
}

/** A choice that was made for one accident decides about the next one too. */
export function damageWarnings({ persistence = {} }: RedisArgs): string[] {
  const { onDamage = defaults.onDamage } = persistence;
  return onDamage === defaults.onDamage
    ? []
    : [
        `persistence.onDamage: "${onDamage}" also decides about the next damage, without a question: take it out once Redis is healthy again`,
      ];
}
