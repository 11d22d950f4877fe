import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Mistake } from "./mistake";

/**
 * What a change of a deployed stack would do that has to be known before: mistakes stop the deployment, warnings are
 * printed in its preview.
 */
export interface Changes {
  mistakes: Mistake[];
  warnings: string[];
}

export const noChanges: Changes = { mistakes: [], warnings: [] };

/** The mistakes and the warnings of all of them. */
export const together = (parts: readonly Changes[]): Changes => ({
  mistakes: parts.flatMap(({ mistakes }) => mistakes),
  warnings: parts.flatMap(({ warnings }) => warnings),
});

/** What a component that compares with its last deployment is told about it. */
export interface Comparison<Deployed> {
  /**
   * `deployed` of the deployment before this one: a change that would lose data is refused.
   * @default the first one: nothing is compared
   */
  before?: pulumi.Input<Deployed | undefined>;
  /** How such a refusal is worded, for a program that has names of its own for the arguments. @default a line each */
  describe?: (mistakes: readonly Mistake[]) => string;
}

/**
 * Resolves once the change is approved: nothing is lost by it, and nothing fails half-way. Resources that could do
 * either depend on it. Otherwise the deployment fails with a RunError, in the preview already.
 */
export function refuseChanges(
  found: pulumi.Output<Changes>,
  describe: (mistakes: readonly Mistake[]) => string = plainly,
): pulumi.Output<void> {
  return found.apply(({ mistakes, warnings }) => {
    for (const warning of warnings) void pulumi.log.warn(warning);
    if (mistakes.length > 0) throw quickly(new pulumi.RunError(describe(mistakes)));
  });
}

/**
 * Pulumi's runtime inspects what was thrown in an apply, and with it all that waits for it: half a minute, then a
 * RangeError with its stack.
 */
const quickly = (error: pulumi.RunError): pulumi.RunError =>
  Object.defineProperty(error, inspect.custom, { value: () => error.message });

const plainly = (mistakes: readonly Mistake[]): string =>
  mistakes.map(({ property, value, reason }) => `${property}: ${JSON.stringify(value)} ${reason}`).join("\n");
