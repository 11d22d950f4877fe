import * as fs from "node:fs";
import * as path from "node:path";
import { Output, type ComponentResource, type ComponentResourceOptions, type Inputs } from "@pulumi/pulumi";
import type { ConstructResult, Provider } from "@pulumi/pulumi/provider";
import { KernelTuning, type KernelTuningArgs } from "../kernel";
import { Redis, type RedisArgs } from "../redis";

/** As the schema has them; the tokens are those that the components register, in whatever language they are made. */
const components: Record<
  string,
  (name: string, inputs: Inputs, options: ComponentResourceOptions) => ComponentResource
> = {
  "redis-gke:redis:Redis": (name, inputs, options) => new Redis(name, inputs as RedisArgs, options),
  "redis-gke:kernel:KernelTuning": (name, inputs, options) =>
    new KernelTuning(name, inputs as KernelTuningArgs, options),
};

interface Schema {
  version: string;
  resources: Record<string, { properties: Record<string, unknown> }>;
}

/** The components for every language that Pulumi has: each is made here, in Node.js, when an engine asks for it. */
export class ComponentProvider implements Provider {
  readonly schema = fs.readFileSync(path.join(__dirname, "schema.json"), "utf8");
  private readonly parsed = JSON.parse(this.schema) as Schema;
  readonly version = this.parsed.version;

  /** @throws Error for a type that the schema has not; what the component refuses, as it refuses it */
  construct(name: string, type: string, inputs: Inputs, options: ComponentResourceOptions): Promise<ConstructResult> {
    const construct = components[type];
    if (!construct) return Promise.reject(new Error(`${type} is no component of redis-gke`));
    const made = construct(name, withoutNulls(inputs) as Inputs, options) as ComponentResource &
      Record<string, unknown>;
    const outputs = Object.keys(this.parsed.resources[type]!.properties);
    return Promise.resolve({
      urn: made.urn,
      state: Object.fromEntries(outputs.map((output) => [output, made[output]])),
    });
  }
}

/**
 * Other languages write null for what is not there: an argument that a program leaves out on a condition, or the output
 * `deployed` before the first deployment. TypeScript's optional arguments know undefined alone.
 */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Output.isInstance(value)) return value.apply(withoutNulls);
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutNulls(inner)]));
}
