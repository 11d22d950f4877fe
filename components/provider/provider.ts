import * as fs from "node:fs";
import * as path from "node:path";
import type { ComponentResource, ComponentResourceOptions, Inputs } from "@pulumi/pulumi";
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
    const made = construct(name, inputs, options) as ComponentResource & Record<string, unknown>;
    const outputs = Object.keys(this.parsed.resources[type]!.properties);
    return Promise.resolve({
      urn: made.urn,
      state: Object.fromEntries(outputs.map((output) => [output, made[output]])),
    });
  }
}
