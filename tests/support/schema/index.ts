import * as fs from "node:fs";
import * as path from "node:path";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import { checkout } from "../../../lib/paths";
import { analyze, enums, type Property } from "./analyze";

type Properties = Record<string, Property>;
interface Schema {
  resources: Record<string, { properties: Properties; inputProperties: Properties }>;
  types: Record<string, object & { properties?: Properties }>;
}

/** Where each component is in TypeScript, which is its module in every other language. */
const modules: Record<string, string> = { Redis: "redis", KernelTuning: "kernel" };
const secretOutputs = ["password", "url", "sentinelUrl"];
const secretInputs: Record<string, string[]> = { AuthArgs: ["password"], S3Args: ["accessKeyId", "secretAccessKey"] };

export const schemaFile = path.join(checkout, "components", "provider", "schema.json");

/** The schema of the package for other languages, from the types and comments of the components. */
export function schema(): string {
  const manifest = JSON.parse(fs.readFileSync(path.join(checkout, "components", "package.json"), "utf8")) as Record<
    "version" | "description",
    string
  >;
  const { components, typeDefinitions } = analyze(Object.keys(modules));
  const generated = generateSchema(
    "redis-gke",
    manifest.version,
    manifest.description,
    components,
    typeDefinitions,
    [],
  ) as unknown as Schema;
  const { inputProperties, properties } = generated.resources["redis-gke:index:Redis"]!;
  // Inherited, which the analyzer does not see; a function (`describe`) is for TypeScript alone.
  inputProperties.before = { ...properties.deployed!, description: "`deployed` of the deployment before this one." };
  for (const output of secretOutputs) properties[output]!.secret = true;
  for (const [type, names] of Object.entries(secretInputs))
    for (const name of names) generated.types[`redis-gke:index:${type}`]!.properties![name]!.secret = true;
  for (const [name, values] of Object.entries(enums))
    generated.types[`redis-gke:index:${name}`] = { type: "string", enum: values.map((value) => ({ value })) } as object;
  return `${inModules(JSON.stringify(generated, withoutOptional, 2))}\n`;
}

/** `required` says which properties may be left out; every number here is a whole one. */
const withoutOptional = (key: string, value: unknown): unknown =>
  key === "optional" ? undefined : key === "type" && value === "number" ? "integer" : value;

/**
 * The analyzer knows one module, "index"; the tokens of the components are older than that. And a generated SDK puts
 * `Args` behind the names of types by itself.
 */
const inModules = (text: string): string =>
  text.replace(
    /redis-gke:index:(\w+)/g,
    (_, name: string) => `redis-gke:${modules[name] ?? "redis"}:${name.replace(/Args$/, "")}`,
  );
