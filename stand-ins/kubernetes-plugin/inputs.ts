import { isDefinition, isSecretKind } from "./kinds";
import { isQuantityPath, sameQuantity } from "./quantity";
import { asText, copy, fieldsAt, hasUnknown, isEmpty, isFields, setAt, at, type Fields, type Value } from "./values";

/** Fields that the server alone writes; one copied from a live object would never match again. */
const readOnlyMetadata = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** The inputs in the one form that the server keeps, so that two ways of writing the same thing are no difference. */
export function normalizeInputs(object: Fields): Fields {
  const normal = copy(object);
  if (isFields(normal.metadata)) for (const key of readOnlyMetadata) delete normal.metadata[key];
  if (hasUnknown(normal)) return normal;
  if (isSecretKind(normal)) foldStringData(normal);
  if (isDefinition(normal)) {
    delete normal.status;
    if (at(normal, "spec", "preserveUnknownFields") === false)
      setAt(normal, undefined, "spec", "preserveUnknownFields");
  }
  return normal;
}

/** The server never gives `stringData` back: left as it is, it would look removed on every refresh. */
function foldStringData(object: Fields): void {
  if (isEmpty(object.stringData)) {
    delete object.stringData;
    if (isFields(object.data))
      object.data = Object.fromEntries(Object.entries(object.data).map(([key, value]) => [key, rewritten(value)]));
    return;
  }
  const encoded = Object.entries(fieldsAt(object, "stringData")).map(([key, value]) => [
    key,
    Buffer.from(asText(value)).toString("base64"),
  ]);
  object.data = { ...fieldsAt(object, "data"), ...(Object.fromEntries(encoded) as Fields) };
  delete object.stringData;
}

/** Base64 as the server writes it, without line ends; what is no base64 is left for the server to refuse. */
function rewritten(value: Value | undefined): Value | undefined {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) return value;
  return Buffer.from(value, "base64").toString("base64");
}

/**
 * The live object cut to the shape of the inputs: what the server or a controller added is not ours to compare. A value
 * that only looks different (a quantity rewritten, an empty field left out) stays as the program wrote it.
 */
export function pruneToShape(live: Value, shape: Value, path: (string | number)[] = []): Value {
  if (Array.isArray(live) && Array.isArray(shape)) {
    return live.slice(0, shape.length).map((item, index) => pruneToShape(item, shape[index] ?? null, [...path, index]));
  }
  if (isFields(live) && isFields(shape)) {
    const kept: Fields = {};
    for (const [key, wanted] of Object.entries(shape)) {
      const found = live[key];
      if (wanted === undefined) continue;
      if (found !== undefined) kept[key] = pruneToShape(found, wanted, [...path, key]);
      else if (isEmpty(wanted)) kept[key] = wanted;
    }
    return kept;
  }
  return isQuantityPath(path) && sameQuantity(live, shape) ? shape : live;
}
