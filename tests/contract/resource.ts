import { hold, type Outcome, type Walk } from "./check";
import { childOf, documentOf, itemOf, type Place, schemaOf } from "./documents";
import { type Mapping, mappingOf } from "./mapping";
import { togetherMistakes } from "./together";

/** A resource of the golden graph. */
export interface GoldenResource {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/**
 * Holds the inputs of a gcp resource against the API that they end up in. A property that leads nowhere is a finding.
 */
export function holdResource({ type, inputs }: Pick<GoldenResource, "type" | "inputs">): Outcome {
  const mapping = mappingOf(type);
  if (!mapping)
    return { held: 0, findings: [{ path: type, reason: "is a type that tests/contract/mapping.ts does not know" }] };
  const walk: Walk = {
    held: 0,
    findings: [],
    child: (place, path, name) => mappedChild(mapping, place, path, name),
    refuseReadOnly: true,
  };
  hold(walk, inputs, schemaOf(documentOf(mapping.document), mapping.schema), "");
  walk.findings.push(...togetherMistakes(type, inputs));
  if (walk.held === 0 && walk.findings.length === 0)
    walk.findings.push({ path: type, reason: "has no property that could be compared" });
  return { held: walk.held, findings: walk.findings };
}

/** The field that a property stands for, found from the field that its parent stands for. */
export function mappedChild(
  { renamed = {}, own = {} }: Mapping,
  parent: Place,
  path: string,
  name: string,
): Place | "own" | undefined {
  const property = path.replace(/\[\d+\]/g, "");
  if (Object.hasOwn(own, property)) return "own";
  return Object.hasOwn(renamed, property) ? follow(parent, renamed[property]!) : childOf(parent, name);
}

/** `a.b[]` is one item of the list b in a. */
function follow(from: Place, fields: string): Place | undefined {
  let place: Place | undefined = from;
  for (const part of fields.split(".")) {
    place = place && childOf(place, part.replace("[]", ""));
    if (place && part.endsWith("[]")) place = itemOf(place);
  }
  return place;
}
