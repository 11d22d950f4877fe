import type { z } from "zod";
import { isSecretArgument, unknownName, type Mistake } from "redis-gke/redis";
import { keysAt, notYet } from "./schema";

/** What stands at a path of nested blocks. */
export const valueAt = (own: unknown, at: readonly PropertyKey[]): unknown =>
  at.reduce<unknown>(
    (value, step) =>
      value !== null && typeof value === "object" ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    own,
  );

/** What the schema has to say, in words that tell what to write instead. */
export function explain(issue: z.core.$ZodIssue, own: Record<string, unknown>): Mistake[] {
  const property = issue.path.join(".");
  const found = valueAt(own, issue.path);
  const value = isSecretArgument(property) && found !== undefined ? "[secret]" : found;
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => unknownKey([...issue.path.map(String), key], valueAt(own, [...issue.path, key])));
  if (issue.code === "invalid_value") {
    const choices = issue.values.map((choice) => `"${String(choice)}"`).join(" or ");
    return [{ property, value, reason: value === undefined ? `is missing: write ${choices}` : `must be ${choices}` }];
  }
  if (property === "archive.drill")
    return [{ property, value, reason: "must be five fields of cron, in quotes, or false" }];
  // Of the blocks whose values YAML may read as numbers.
  if (issue.code === "invalid_union")
    return [
      {
        property,
        value,
        reason: `must be text or a number${typeof value === "boolean" ? `: write "${String(value)}", in quotes` : ", on one line with its whole key"}`,
      },
    ];
  if (issue.code === "invalid_type")
    return [{ property, value, reason: `must be ${typeNames[issue.expected] ?? issue.expected}` }];
  return [{ property, value, reason: issue.message }];
}

const typeNames: Record<string, string> = {
  string: "text (in quotes, with its unit if it has one)",
  number: "a number",
  boolean: "true or false",
  object: "a block of keys",
  record: "a block of keys",
  array: "a list",
};

/**
 * What people look for under another name, too far from it to be guessed. A Map, for in an object `constructor` would
 * be such a name too.
 */
const otherNames = new Map(
  Object.entries({
    project: "gcp:project",
    password: "auth.password",
    "cluster.project": "gcp:project",
    "cluster.zone": "cluster.location",
    "cluster.region": "cluster.location",
    "cluster.zones": "nodePool.zones",
    "cluster.machineType": "nodePool.machineType",
    "nodePool.nodeCount": "nodePool.nodesPerZone",
    "disk.size": "persistence.size",
  }),
);

function unknownKey(at: string[], value: unknown): Mistake {
  const property = at.join(".");
  if (notYet.includes(property)) return { property, value, reason: "is not there yet: take it out" };
  return unknownName("key", at, keysAt(at.slice(0, -1)), value, otherNames.get(property));
}

/** A name that nobody wrote is a default, which the stack's name gives: then it is that one which is wrong. */
export const namedAfterStack = (stack: string, own: unknown, mistakes: readonly Mistake[]): Mistake[] =>
  mistakes.map((mistake) => {
    const { property, reason } = mistake;
    if (!["namespace", "cluster.name"].includes(property) || valueAt(own, property.split(".")) !== undefined)
      return mistake;
    return {
      ...mistake,
      reason: `is made from the stack's name, ${JSON.stringify(stack)}, and ${reason}. Write ${property}, or rename the stack (pulumi stack rename)`,
    };
  });

/** A copy without the values that the schema refused. */
export function withoutTheWrong(own: Record<string, unknown>, issues: z.core.$ZodIssue[]): Record<string, unknown> {
  const copy = structuredClone(own);
  for (const issue of issues) {
    const holes = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const hole of holes) {
      const parent = valueAt(copy, hole.slice(0, -1));
      if (parent !== null && typeof parent === "object") delete (parent as Record<PropertyKey, unknown>)[hole.at(-1)!];
    }
  }
  return copy;
}

/** Every mistake at once, a line each. */
export function describe(mistakes: readonly Mistake[], project: string, stack: string): string {
  const line = ({ property, value, reason }: Mistake) => {
    const key = property.includes(":") ? property : `${project}:${property}`;
    return value === undefined ? `  ${key} ${reason}` : `  ${key}: ${JSON.stringify(value)} ${reason}`;
  };
  return `Pulumi.${stack}.yaml has ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`}; nothing was touched:\n${mistakes.map(line).join("\n")}`;
}
