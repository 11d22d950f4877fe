import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";

/** What the engine and the API server exchange: JSON, in which the engine also marks secrets and unknowns. */
export type Value = null | boolean | number | string | Value[] | Fields;
export interface Fields {
  [key: string]: Value | undefined;
}

// The engine's wire marks. They are part of its protocol; importing them from the SDK's runtime would cost half a
// second of every start.
export const markKey = "4dabf18193072939515e22adb298388d";
export const secretMark = "1b47061264138c4ac30d75fd1eb44270";
export const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** An unknown carries its type in the mark: bool, number, string (the usual one), array, asset, archive, object. */
const unknownMarks = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  unknownMark,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export const isFields = (value: Value | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isUnknown = (value: Value | undefined): boolean => typeof value === "string" && unknownMarks.has(value);
export const isSecret = (value: Value | undefined): value is Fields & { value: Value } =>
  isFields(value) && value[markKey] === secretMark;
export const secret = (value: Value): Value => (isSecret(value) ? value : { [markKey]: secretMark, value });

/** As text: a string as it is, anything else as JSON. */
export const asText = (value: Value | undefined): string =>
  typeof value === "string" ? value : JSON.stringify(value ?? "");

export function hasUnknown(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (isFields(value)) return Object.values(value).some(hasUnknown);
  return isUnknown(value);
}

export function hasSecret(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  if (isFields(value)) return isSecret(value) || Object.values(value).some(hasSecret);
  return false;
}

/** A deep copy without the secret wrappers: what the API server may be sent. */
export function reveal(value: Fields): Fields;
export function reveal(value: Value): Value;
export function reveal(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => reveal(item));
  if (isSecret(value)) return reveal(value.value);
  if (isFields(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, item === undefined ? undefined : reveal(item)]),
    );
  return value;
}

export const copy = <T extends Value>(value: T): T => structuredClone(value);

export const fromStruct = (struct: Struct | undefined): Fields => (struct ? struct.toJavaScript() : {});

/** `undefined` has no place in a Struct, and a single one would fail the whole answer. */
export const toStruct = (fields: Fields): Struct =>
  Struct.fromJavaScript(JSON.parse(JSON.stringify(fields)) as Record<string, JavaScriptValue>);

/** The value below a path of keys, or undefined where the path ends early. */
export function at(value: Value | undefined, ...path: (string | number)[]): Value | undefined {
  let here: Value | undefined = value;
  for (const key of path) {
    if (Array.isArray(here)) here = here[Number(key)];
    else if (isFields(here)) here = here[key];
    else return undefined;
  }
  return here;
}

export const fieldsAt = (value: Value | undefined, ...path: string[]): Fields => {
  const found = at(value, ...path);
  return isFields(found) ? found : {};
};
export const listAt = (value: Value | undefined, ...path: string[]): Value[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};
export const textAt = (value: Value | undefined, ...path: string[]): string => {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
};
export const numberAt = (value: Value | undefined, ...path: string[]): number => {
  const found = at(value, ...path);
  return typeof found === "number" ? found : 0;
};

/**
 * Sets the value below a path of keys, making the objects on the way; false where something else (an unknown) is in the
 * way.
 */
export function setAt(target: Fields, value: Value | undefined, ...path: string[]): boolean {
  let here = target;
  for (const key of path.slice(0, -1)) {
    const next = here[key] ?? (here[key] = {});
    if (!isFields(next)) return false;
    here = next;
  }
  const last = path.at(-1) ?? "";
  if (value === undefined) delete here[last];
  else here[last] = value;
  return true;
}

/** Nothing said: what the API server leaves out of an object that it stores. */
export function isEmpty(value: Value | undefined): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    value === false ||
    value === 0 ||
    (Array.isArray(value)
      ? value.length === 0
      : isFields(value) && Object.values(value).every((item) => item === undefined || item === null))
  );
}
