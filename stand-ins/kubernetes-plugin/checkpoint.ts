import { annotateSecrets } from "./secrets";
import { copy, isFields, reveal, textAt, type Fields, type Value } from "./values";

const inputsKey = "__inputs";
const apiVersionKey = "__initialApiVersion";
const managerKey = "__fieldManager";

/**
 * What a resource's outputs hold: the live object, and beside it what the next operation needs. The official plugin
 * reads and writes the same.
 */
export interface Checkpoint {
  inputs: Fields;
  live: Fields;
  initialApiVersion: string;
  fieldManager: string;
}

/** SDKs cannot have a dash in a property's name, so a definition's schema carries these with underscores. */
const dashed = [
  "embedded-resource",
  "int-or-string",
  "list-map-keys",
  "list-type",
  "map-type",
  "preserve-unknown-fields",
  "validations",
].map((name) => `x-kubernetes-${name}`);
const toDash = new Map(dashed.map((name) => [name.replaceAll("-", "_"), name]));
const toUnderscore = new Map(dashed.map((name) => [name, name.replaceAll("-", "_")]));

function renameKeys(value: Value, names: Map<string, string>): Value {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, names));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      names.get(key) ?? key,
      item === undefined ? item : renameKeys(item, names),
    ]),
  );
}

const renamed = (value: Fields, names: Map<string, string>): Fields => renameKeys(value, names) as Fields;

/** The program's inputs as the API server takes them: no secret wrappers, Kubernetes' own names. */
export const toObject = (properties: Fields): Fields => renamed(reveal(properties), toDash);
export const toProperties = (object: Fields): Fields => renamed(object, toUnderscore);

/** `marked` is what says which values are secret: the inputs as they came from the engine, or the state before. */
export function writeCheckpoint({ inputs, live, initialApiVersion, fieldManager }: Checkpoint, marked: Fields): Fields {
  const outputs = toProperties(copy(live));
  const kept = toProperties(copy(inputs));
  annotateSecrets(outputs, marked);
  annotateSecrets(kept, marked);
  return { ...outputs, [inputsKey]: kept, [apiVersionKey]: initialApiVersion, [managerKey]: fieldManager };
}

export function readCheckpoint(state: Fields): Checkpoint {
  const {
    [inputsKey]: inputs,
    [apiVersionKey]: initialApiVersion,
    [managerKey]: fieldManager,
    ...live
  } = toObject(state);
  return {
    inputs: isFields(inputs) ? inputs : {},
    live,
    initialApiVersion: typeof initialApiVersion === "string" ? initialApiVersion : textAt(live, "apiVersion"),
    fieldManager: typeof fieldManager === "string" ? fieldManager : "",
  };
}
