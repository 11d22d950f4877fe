import type { Mistake } from "../../mistake";
import type { RedisArgs } from "../args";

const ways = ["stop", "repair", "restore", "empty"];

/** What is wrong with `persistence.onDamage`. Pure. */
export function damageMistakes(args: RedisArgs): Mistake[] {
  const way: string | undefined = args.persistence?.onDamage;
  const refuse = (reason: string): Mistake[] => [{ property: "persistence.onDamage", value: way, reason }];
  if (way === undefined) return [];
  if (!ways.includes(way))
    return refuse(
      `must be "stop" (say what is damaged, and wait), "repair" (with its loss), "restore" (an archive) or "empty" (begin anew)`,
    );
  if (way === "restore" && args.restore === undefined)
    return refuse(`needs to know which archive: write restore.from, e.g. "latest"`);
  return [];
}

/** A choice that was made for one accident decides about the next one too. */
export function damageWarnings({ persistence = {} }: RedisArgs): string[] {
  const { onDamage = "stop" } = persistence;
  return onDamage === "stop"
    ? []
    : [
        `persistence.onDamage: "${onDamage}" also decides about the next damage, without a question: take it out once Redis is healthy again`,
      ];
}
