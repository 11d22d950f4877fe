import { normalizeInputs } from "./inputs";
import { nameOf, namespaceOf } from "./kinds";
import { isAutonamed, isNamed } from "./naming";
import { isQuantityPath, sameQuantity } from "./quantity";
import { identity, replacementPaths, touches, type Path } from "./replacement";
import { readCheckpoint, toObject } from "./checkpoint";
import type { Settings } from "./settings";
import { isEmpty, isFields, isUnknown, setAt, type Fields, type Value } from "./values";

export type ChangeKind = "add" | "delete" | "update";
export interface Change {
  path: Path;
  kind: ChangeKind;
  replaces: boolean;
}
export interface DiffResult {
  changes: Change[];
  deleteBeforeReplace: boolean;
}

export interface DiffRequest {
  state: Fields;
  news: Fields;
  ignoreChanges: string[];
  namespaced: boolean;
  /** Whether the resource is a patch, of some fields of an object alone: it is updated in place, whatever changes. */
  patch?: boolean;
  settings: Pick<Settings, "enableConfigMapMutable" | "enableSecretMutable">;
}

/**
 * What an update would change: the inputs of the last operation (after a refresh: the live values of the same fields)
 * against the new ones. Nothing is asked of the server, so an unchanged stack previews without a single request.
 */
export function diff({ state, news, ignoreChanges, namespaced, patch = false, settings }: DiffRequest): DiffResult {
  const { inputs, live } = readCheckpoint(state);
  const before = normalizeInputs(inputs);
  const after = normalizeInputs(toObject(news));
  // The same namespace, said or not; and a name that the program took over from an automatic one is no new name.
  for (const [object, namespace] of [
    [before, namespaceOf(live) || namespaceOf(before)],
    [after, namespaceOf(after)],
  ] as const) {
    if (isFields(object.metadata) && !isUnknown(object.metadata.namespace))
      setAt(object, namespaced ? namespace || "default" : undefined, "metadata", "namespace");
  }
  if (nameOf(after) && nameOf(live)) setAt(before, nameOf(live), "metadata", "name");

  const ignored = ignoreChanges.map(parsePath);
  const patterns = patch ? identity : replacementPaths(after, settings);
  const changes = compare(before, after, [])
    .filter(({ path }) => !ignored.some((prefix) => contains(prefix, path)))
    .map(({ path, kind, value }) => ({
      path,
      kind,
      replaces:
        (kind === "delete" && path.length === 1 && path[0] === "metadata") ||
        patterns.some((pattern) => touches(path, value, pattern)),
    }));
  // A new object beside the old one is only possible under another name: with the same one, the old has to go first.
  const deleteBeforeReplace =
    changes.some((change) => change.replaces) &&
    isNamed(after) &&
    !isAutonamed(after) &&
    nameOf(after) === nameOf(live) &&
    (namespaceOf(after) || "default") === (namespaceOf(live) || "default");
  return { changes, deleteBeforeReplace };
}

interface Difference {
  path: Path;
  kind: ChangeKind;
  value: Value | undefined;
}

/** The smallest set of paths at which two values differ. */
function compare(before: Value | undefined, after: Value | undefined, path: Path): Difference[] {
  if (
    isEmpty(before) &&
    isEmpty(after) &&
    (before === undefined || before === null || after === undefined || after === null)
  )
    return [];
  if (before === undefined || before === null) return [{ path, kind: "add", value: after }];
  if (after === undefined || after === null) return [{ path, kind: "delete", value: before }];
  if (isFields(before) && isFields(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      compare(before[key], after[key], [...path, key]),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
      compare(before[index], after[index], [...path, index]),
    ).flat();
  }
  if (before === after || (isQuantityPath(path) && sameQuantity(before, after))) return [];
  // What is not known yet may be anything: as the official plugin does, it counts as a change of all that was there.
  return [{ path, kind: "update", value: isUnknown(after) ? before : after }];
}

/** A path as the engine writes it: `spec.template.metadata.annotations["a.b/c"]`, `spec.ports[0]`. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)].map(([, quoted, index, plain]) => {
    if (quoted !== undefined) return quoted.replaceAll('\\"', '"');
    return index !== undefined && index !== "*" ? Number(index) : (index ?? plain ?? "");
  });
}

export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (/[."[\]]/.test(key)) return `${text}["${key.replaceAll('"', '\\"')}"]`;
    return text ? `${text}.${key}` : key;
  }, "");
}

export const contains = (prefix: Path, path: Path): boolean =>
  prefix.length <= path.length && prefix.every((key, index) => key === "*" || key === path[index]);
