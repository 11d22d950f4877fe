import { at, copy, isFields, listAt, textAt, type Fields, type Value } from "./values";
import type { Path } from "./replacement";

/**
 * Managers whose fields become ours at the first apply: a create (it is no apply) and kubectl; the official plugin
 * takes the same.
 */
const adopted = [
  "pulumi-kubernetes/Update",
  "pulumi-kubernetes.exe/Update",
  "pulumi-resource-kubernetes/Update",
  "kubectl/Apply",
  "kubectl/Update",
  "before-first-apply/Update",
];

const entryName = (entry: Fields): string => `${textAt(entry, "manager")}/${textAt(entry, "operation")}`;
const isAdopted = (entry: Fields): boolean => adopted.includes(entryName(entry)) && !entry.subresource;

/** The managers' table with the adopted entries merged into ours, or undefined where there is nothing to adopt. */
export function adoptFields(live: Fields, manager: string): Value[] | undefined {
  const entries = listAt(live, "metadata", "managedFields").filter(isFields);
  const taken = entries.filter(isAdopted);
  const [first] = taken;
  if (!first) return undefined;
  const isOurs = (entry: Fields) => entryName(entry) === `${manager}/Apply` && !entry.subresource;
  const ours = entries.find(isOurs);
  const fieldsV1 = [...(ours ? [ours] : []), ...taken].reduce<Fields>(
    (all, entry) => union(all, at(entry, "fieldsV1")),
    {},
  );
  const merged: Fields = { ...(ours ?? first), manager, operation: "Apply", fieldsV1 };
  return [...entries.filter((entry) => !isAdopted(entry) && !isOurs(entry)), merged];
}

function union(a: Fields, b: Value | undefined): Fields {
  const result = copy(a);
  if (!isFields(b)) return result;
  for (const [key, value] of Object.entries(b)) {
    const mine = result[key];
    result[key] = isFields(mine) ? union(mine, value) : copy(value ?? {});
  }
  return result;
}

/**
 * Whether an entry of the table that `pick` chooses covers a field; lists are not looked into (the official plugin does
 * not either).
 */
export function manages(live: Fields, path: Path, pick: (manager: string) => boolean): boolean {
  const keys = path.map((key) => `f:${key}`);
  return listAt(live, "metadata", "managedFields")
    .filter(isFields)
    .some((entry) => pick(textAt(entry, "manager")) && at(entry, "fieldsV1", ...keys) !== undefined);
}

/**
 * Whether this provider created the object and has not applied it since: a preview then has to force what the real
 * update takes over first.
 */
export function createdByPlugin(live: Fields): boolean {
  return listAt(live, "metadata", "managedFields")
    .filter(isFields)
    .some((entry) => /^pulumi-(resource-)?kubernetes(\.exe)?\/Update$/.test(entryName(entry)));
}
