import { createHash, randomBytes } from "node:crypto";
import { isAnnotated, nameOf, parseUrn } from "./kinds";
import { at, isFields, isUnknown, textAt, type Fields } from "./values";

export const autonamed = "pulumi.com/autonamed";

/** What the engine was told about automatic names for this resource (`pulumi:autonaming` in the config). */
export interface Autonaming {
  mode: "propose" | "enforce" | "disable";
  proposedName: string;
}

export interface NamingRequest {
  inputs: Fields;
  /** The inputs of the resource that exists already, if one does. */
  oldInputs: Fields | undefined;
  urn: string;
  seed: Uint8Array;
  autonaming?: Autonaming;
}

export const isNamed = (object: Fields): boolean => nameOf(object) !== "" || isUnknown(at(object, "metadata", "name"));
export const isAutonamed = (object: Fields): boolean => isAnnotated(object, autonamed);

/**
 * Eight hex digits; from the engine's seed if there is one, so that a preview and the `up` after it agree on the name.
 */
export function suffix(seed: Uint8Array): string {
  return (seed.length > 0 ? createHash("sha256").update(seed).digest("hex") : randomBytes(4).toString("hex")).slice(
    0,
    8,
  );
}

/** Gives the object a name, in place: its own, the one it was given before, or a new one. */
export function assignName({ inputs, oldInputs, urn, seed, autonaming }: NamingRequest): void {
  if (isNamed(inputs)) return;
  if (textAt(inputs, "metadata", "generateName") || isUnknown(at(inputs, "metadata", "generateName"))) {
    throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
  }
  const metadata = inputs.metadata ?? (inputs.metadata = {});
  // Metadata that is unknown as a whole has no place for a name yet; `up` comes by again with the values.
  if (!isFields(metadata)) return;
  if (oldInputs && isAutonamed(oldInputs)) metadata.name = nameOf(oldInputs);
  else if (oldInputs && Object.keys(oldInputs).length > 0) return;
  else if (autonaming?.mode === "disable")
    throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
  else metadata.name = autonaming?.proposedName || `${parseUrn(urn).name}-${suffix(seed)}`;
  const annotations = metadata.annotations ?? (metadata.annotations = {});
  if (isFields(annotations)) annotations[autonamed] = "true";
}
