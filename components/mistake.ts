import * as pulumi from "@pulumi/pulumi";

/** One thing that is wrong with an argument: where, what was written, and what to write instead. */
export interface Mistake {
  /** Path of the argument, e.g. `persistence.size`. */
  property: string;
  /** The value as it was written. */
  value: unknown;
  /** What is wrong, and what to write instead. */
  reason: string;
}

/** @throws InputPropertiesError with every mistake in a component's arguments; called before any resource is made. */
export function throwMistakes(component: string, name: string, mistakes: readonly Mistake[]): void {
  if (mistakes.length === 0) return;
  throw new pulumi.InputPropertiesError({
    message: `${component} "${name}" cannot be made from these arguments:`,
    errors: mistakes.map(({ property, value, reason }) => ({
      propertyPath: property,
      reason: `${JSON.stringify(value)} ${reason}`,
    })),
  });
}
