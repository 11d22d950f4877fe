import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { findMistakes, type Mistake, type RedisArgs } from "./components/redis";

/** What a stack's config file says, checked whole and frozen. */
export interface Config {
  /** Which cluster; without it, the current context of the KUBECONFIG. */
  kubernetes: { kubeconfig?: string; context?: string };
  redis: RedisArgs;
}

/** The keys of a stack's config file; their prose and defaults stand in Pulumi.yaml. */
const schema = z.strictObject({
  mode: z.enum(["standalone", "sentinel"]),
  kubernetes: z.strictObject({ kubeconfig: z.string(), context: z.string() }).partial().optional(),
  namespace: z.string().optional(),
  createNamespace: z.boolean().optional(),
  image: z.string().optional(),
  replicas: z.number().optional(),
  sentinels: z.number().optional(),
  quorum: z.number().optional(),
  masterName: z.string().optional(),
  resources: z.strictObject({ memory: z.string(), cpu: z.string() }).partial().optional(),
  persistence: z.strictObject({ size: z.string(), storageClass: z.string(), fsync: z.enum(["everysec", "always", "no"]), save: z.string() }).partial().optional(),
  auth: z.strictObject({ password: z.string(), passwordFile: z.string() }).partial().optional(),
  failover: z.strictObject({ downAfter: z.number(), failoverTimeout: z.number() }).partial().optional(),
  endpoint: z.strictObject({ image: z.string(), replicas: z.number() }).partial().optional(),
  scheduling: z.strictObject({
    spread: z.enum(["preferred", "required"]),
    nodeSelector: z.record(z.string(), z.string()),
    tolerations: z.array(z.strictObject({ key: z.string(), operator: z.string(), value: z.string(), effect: z.string(), tolerationSeconds: z.number() }).partial()),
  }).partial().optional(),
  settings: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).optional(),
});

type Parsed = z.output<typeof schema>;
type Key = keyof typeof schema.shape;

/** What is planned but not there yet: refused rather than ignored. */
const notYet = ["tls", "metrics", "networkPolicy", "archive", "restore", "kernel", "cluster"];

/** Whose keys may stand in a stack's config beside ours. */
const otherNamespaces = ["pulumi", "kubernetes", "gcp", "random"];

/**
 * Reads the stack's whole config in one pass.
 *
 * @throws pulumi.RunError with every mistake: the key as it was typed, the value, and what to write instead
 */
export function loadConfig(project = pulumi.getProject(), stack = pulumi.getStack()): Config {
  const { config, mistakes } = parseConfig(pulumi.runtime.allConfig(), project, stack);
  if (mistakes.length > 0) throw new pulumi.RunError(describe(mistakes, project, stack));
  return config;
}

/** @internal The pure part of {@link loadConfig}; only the file that `auth.passwordFile` names is read. */
export function parseConfig(all: Record<string, string>, project: string, stack: string): { config: Config; mistakes: Mistake[] } {
  const { own, mistakes } = ownKeys(all, project);
  const parsed = schema.safeParse(own);
  if (!parsed.success) mistakes.push(...parsed.error.issues.flatMap((issue) => explain(issue, own)));
  // What has the wrong form is left out here, so that every other rule is still checked in the same pass.
  const wellFormed = (parsed.success ? parsed.data : withoutTheWrong(own, parsed.error.issues)) as Parsed;
  const { kubernetes = {}, auth, ...rest } = wellFormed;
  const password = readPassword(auth ?? {}, mistakes);
  const redis: RedisArgs = { namespace: `redis-${stack}`, ...rest, ...(password === undefined ? {} : { auth: { password } }) };
  // A misspelt mode must not hide the other mistakes: what holds in either mode, and what Sentinel wants, is still said.
  mistakes.push(...findMistakes({ ...redis, mode: wellFormed.mode ?? "sentinel" }));
  return { config: Object.freeze({ kubernetes: atProject(kubernetes), redis: Object.freeze(redis) }), mistakes };
}

/** The project's own keys without their namespace, their values as JSON where the schema wants more than text. */
function ownKeys(all: Record<string, string>, project: string): { own: Record<string, unknown>; mistakes: Mistake[] } {
  const own: Record<string, unknown> = {};
  const mistakes: Mistake[] = [];
  for (const [name, text] of Object.entries(all)) {
    const [namespace = "", key = ""] = name.split(/:(.*)/s);
    if (namespace === project) own[key] = isText(key) ? text : parseJson(text);
    else if (!otherNamespaces.includes(namespace)) mistakes.push({ property: name, value: text, reason: `is not a key of this project: write ${project}:${nearest(key, knownKeys) ?? key}` });
  }
  return { own, mistakes };
}

const knownKeys = Object.keys(schema.shape);
/** What the schema says of a key, whether it is optional or not. */
const typeOf = (key: string): unknown => { const type = schema.shape[key as Key]; return type instanceof z.ZodOptional ? type.unwrap() : type; };
const isText = (key: string) => { const type = typeOf(key); return type instanceof z.ZodString || type instanceof z.ZodEnum; };

function parseJson(text: string): unknown {
  try { return JSON.parse(text); } catch { return text; }
}

function nearest(typed: string, known: string[]): string | undefined {
  const guess = closest(typed, known);
  return distance(typed.toLowerCase(), guess.toLowerCase()) <= Math.max(2, guess.length / 3) ? guess : undefined;
}

const valueAt = (own: unknown, at: readonly PropertyKey[]): unknown =>
  at.reduce<unknown>((value, step) => (value !== null && typeof value === "object" ? (value as Record<PropertyKey, unknown>)[step] : undefined), own);

function explain(issue: z.core.$ZodIssue, own: Record<string, unknown>): Mistake[] {
  const property = issue.path.join(".");
  const value = property.startsWith("auth") ? "[secret]" : valueAt(own, issue.path);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey([...issue.path.map(String), key], valueAt(own, [...issue.path, key])));
  if (issue.code === "invalid_value") {
    const choices = issue.values.map((choice) => `"${String(choice)}"`).join(" or ");
    return [{ property, value, reason: value === undefined ? `is missing: write ${choices}` : `must be ${choices}` }];
  }
  if (issue.code === "invalid_type") return [{ property, value, reason: `must be ${typeNames[issue.expected] ?? issue.expected}` }];
  return [{ property, value, reason: issue.message }];
}

const typeNames: Record<string, string> = { string: "text (in quotes, with its unit if it has one)", number: "a number", boolean: "true or false", object: "a block of keys", record: "a block of keys", array: "a list" };

function unknownKey(at: string[], value: unknown): Mistake {
  const key = at.at(-1)!;
  const property = at.join(".");
  if (at[0] === "auth") value = "[secret]";
  if (at.length === 1 && notYet.includes(key)) return { property, value, reason: "is not there yet: take it out" };
  const known = at.length === 1 ? knownKeys : keysOf(at[0] as Key);
  const guess = nearest(key, known);
  return { property, value, reason: `is not a known key: ${guess ? `did you mean ${[...at.slice(0, -1), guess].join(".")}?` : `the known ones are ${known.join(", ")}`}` };
}

/** @internal Every key of a config file, by its path: what Pulumi.yaml has to describe. */
export const knownPaths = (): string[] => knownKeys.flatMap((key) => { const inner = keysOf(key as Key); return inner.length > 0 ? inner.map((name) => `${key}.${name}`) : [key]; });

function keysOf(key: Key): string[] {
  const inner = typeOf(key);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** A copy without the values that the schema refused. */
function withoutTheWrong(own: Record<string, unknown>, issues: z.core.$ZodIssue[]): Record<string, unknown> {
  const copy = structuredClone(own);
  for (const issue of issues) {
    const holes = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const hole of holes) {
      const parent = valueAt(copy, hole.slice(0, -1));
      if (parent !== null && typeof parent === "object") delete (parent as Record<PropertyKey, unknown>)[hole.at(-1)!];
    }
  }
  return copy;
}

const atProject = ({ kubeconfig, context }: Config["kubernetes"]): Config["kubernetes"] => ({ context, kubeconfig: kubeconfig && path.resolve(__dirname, kubeconfig) });

/** The password, from the config (a secret) or from a file that only its owner can read; undefined: generate one. */
function readPassword({ password, passwordFile }: NonNullable<Parsed["auth"]>, mistakes: Mistake[]): string | undefined {
  if (passwordFile === undefined) return password;
  const refuse = (reason: string) => { mistakes.push({ property: "auth.passwordFile", value: passwordFile, reason }); return undefined; };
  if (password !== undefined) return refuse("stands beside auth.password: keep one of the two");
  const file = path.resolve(__dirname, passwordFile);
  if (!fs.existsSync(file)) return refuse("does not exist: `make up` makes it, or write a password of 16 characters or more into it yourself");
  if ((fs.statSync(file).mode & 0o077) !== 0) return refuse(`can be read by others: chmod 600 ${passwordFile}`);
  return fs.readFileSync(file, "utf8").trim();
}

/** Every mistake at once, a line each. */
export function describe(mistakes: readonly Mistake[], project: string, stack: string): string {
  const line = ({ property, value, reason }: Mistake) => {
    const key = property.includes(":") ? property : `${project}:${property}`;
    return value === undefined ? `  ${key} ${reason}` : `  ${key}: ${JSON.stringify(value)} ${reason}`;
  };
  return `Pulumi.${stack}.yaml has ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`}; nothing was touched:\n${mistakes.map(line).join("\n")}`;
}
