import { childOf, itemOf, type Place, resolved } from "./documents";
import { type Rule, stated } from "./stated";

export interface Finding {
  /** Where, in the names of whoever wrote the value. */
  path: string;
  reason: string;
}

/** What came of holding something against a document. */
export interface Outcome {
  /** Values that were compared. */
  held: number;
  findings: Finding[];
}

export interface Walk extends Outcome {
  /** The field that a property stands for; "own" if it never reaches the API; undefined if nothing is known of it. */
  child: (place: Place, path: string, name: string) => Place | "own" | undefined;
  /** Whether a field that only the server writes is a mistake. In a request it is not: the API ignores it. */
  refuseReadOnly: boolean;
}

export const plainWalk = (): Walk => ({
  held: 0,
  findings: [],
  child: (place, _path, name) => childOf(place, name),
  refuseReadOnly: false,
});

/** What stands in a golden file instead of a secret. */
const secret = "[secret]";

/** Holds a value against the field that describes it, and everything below it. */
export function hold(
  walk: Walk,
  value: unknown,
  at: Place,
  path: string,
  around = { key: "", siblings: {} as Record<string, unknown> },
): void {
  const finding = (reason: string) => {
    walk.findings.push({ path, reason });
  };
  // An explicit null asks for the default.
  if (value === undefined || value === null) return;
  if (at.field.readOnly) return walk.refuseReadOnly ? finding("is written by the server, never sent") : undefined;
  const place = resolved(at);
  const { field } = place;
  if (Array.isArray(value)) {
    if (field.type !== "array") return finding(`is a list, and the API takes ${wanted(place)}`);
    return value.forEach((item, index) => {
      hold(walk, item, itemOf(place), `${path}[${index}]`, around);
    });
  }
  if (typeof value === "object") {
    const siblings = value as Record<string, unknown>;
    if (!field.properties && !field.additionalProperties && field.type !== "any")
      return finding(`is an object, and the API takes ${wanted(place)}`);
    for (const [name, below] of Object.entries(siblings)) {
      const belowPath = path ? `${path}.${name}` : name;
      const child = field.additionalProperties ? itemOf(place) : walk.child(place, belowPath, name);
      if (child === "own" || field.type === "any") continue;
      if (!child)
        walk.findings.push({ path: belowPath, reason: `is no field of ${place.key} in ${place.document.document}` });
      else hold(walk, below, child, belowPath, { key: name, siblings });
    }
    return;
  }
  walk.held += 1;
  if (value === secret) return;
  const mistake = scalarMistake(value, place) ?? ruleOf(at)?.(value as string | number, around);
  if (mistake) finding(`${JSON.stringify(value)} ${mistake}`);
}

function ruleOf({ field, key }: Place): Rule | undefined {
  return field.description === undefined ? undefined : stated[key]!(field.description);
}

const wanted = ({ field, key }: Place): string =>
  field.properties
    ? `an object (${key})`
    : field.additionalProperties
      ? "a map"
      : field.type === "array"
        ? "a list"
        : `one ${field.type}`;

/** Numbers of 64 bits are text on the wire and numbers in Pulumi; the API reads both. */
function scalarMistake(value: unknown, place: Place): string | undefined {
  const { field } = place;
  const wholeNumber = /int/.test(field.format ?? "") || field.type === "integer";
  if (wholeNumber) return numberMistake(value, field.format ?? "int32");
  if (field.type === "any") return undefined;
  if (typeof value !== field.type) return `is a ${typeof value}, and the API takes ${wanted(place)}`;
  if (field.enum && !field.enum.includes(String(value))) return `is not one of ${field.enum.join(", ")}`;
  if (field.pattern && !new RegExp(`^(?:${field.pattern})$`).test(String(value)))
    return `does not match ${field.pattern}`;
  if (field.format && field.format in formats && !formats[field.format]!.test(String(value)))
    return `is not in the format ${field.format}`;
  return undefined;
}

const formats: Record<string, RegExp> = {
  date: /^\d{4}-\d\d-\d\d$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/,
  "google-datetime": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/,
  "google-duration": /^\d+(\.\d+)?s$/,
};

function numberMistake(value: unknown, format: string): string | undefined {
  if (!/^-?\d+$/.test(String(value)) || (format.endsWith("32") && typeof value !== "number"))
    return `is not a whole number (${format})`;
  const unsigned = format.startsWith("u");
  const bits = BigInt(format.endsWith("64") ? 64 : 32);
  const [min, max] = unsigned ? [0n, 2n ** bits] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n)];
  const number = BigInt(value as string | number);
  return number < min || number >= max ? `does not fit ${format}` : undefined;
}
