import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { findMistakes, nearest, type Mistake, type RedisArgs } from "redis-gke/redis";
import {
  atKeys,
  googleCloud,
  missingAuthPlugin,
  onDedicatedNodes,
  withBucket,
  type GoogleCloudConfig,
} from "./google-cloud";
import { describe, explain, namedAfterStack, withoutTheWrong } from "./messages";
import { readPassword } from "./password";
import { isText, keysAt, schema, type Parsed } from "./schema";

/** What a stack's config file says, checked whole and frozen. */
export interface Config {
  /** Which cluster, where it is not Google's; without it, the current context of the KUBECONFIG. */
  kubernetes: { kubeconfig?: string; context?: string };
  /** The cluster, nodes and disks that the stack makes on Google Cloud; undefined if it makes none. */
  google?: GoogleCloudConfig;
  redis: RedisArgs;
  /** Whether Redis waits for a kernel as wanted, and whether a DaemonSet of ours makes it so. */
  kernel: { enforce: boolean; tune: boolean };
  /** Words what a component finds wrong with a change, at the keys that a person wrote. */
  describe: (mistakes: readonly Mistake[]) => string;
}

export { redisName } from "./google-cloud";

/** Whose keys may stand in a stack's config beside ours. */
const otherNamespaces = ["pulumi", "kubernetes", "gcp", "random"];

/** Paths in a config file start at the folder of Pulumi.yaml. */
const projectFolder = path.join(__dirname, "..");

/**
 * Reads the stack's whole config in one pass.
 *
 * @throws pulumi.RunError with every mistake: the key as it was typed, the value, and what to write instead
 */
export function loadConfig(project = pulumi.getProject(), stack = pulumi.getStack()): Config {
  const { config, mistakes } = parseConfig(pulumi.runtime.allConfig(), project, stack);
  const missing = config.google && missingAuthPlugin();
  // A preview of a stack that is not there yet needs no way in; an `up` would make a cluster for ten minutes, and then
  // need it.
  if (missing && pulumi.runtime.isDryRun()) void pulumi.log.warn(`${missing.property} ${missing.reason}`);
  else if (missing) mistakes.push(missing);
  if (mistakes.length > 0) throw new pulumi.RunError(describe(mistakes, project, stack));
  return config;
}

/** @internal The pure part of {@link loadConfig}; only the file that `auth.passwordFile` names is read. */
export function parseConfig(
  all: Record<string, string>,
  project: string,
  stack: string,
): { config: Config; mistakes: Mistake[] } {
  const { own, mistakes } = ownKeys(all, project);
  const parsed = schema.safeParse(own);
  if (!parsed.success) mistakes.push(...parsed.error.issues.flatMap((issue) => explain(issue, own)));
  // What has the wrong form is left out here, so that every other rule is still checked in the same pass.
  const wellFormed = (parsed.success ? parsed.data : withoutTheWrong(own, parsed.error.issues)) as Parsed;
  const { kubernetes = {}, cluster, nodePool, disk, auth, kernel, ...rest } = wellFormed;
  const password = readPassword(auth ?? {}, projectFolder, mistakes);
  const redis: RedisArgs = {
    namespace: `redis-${stack}`,
    ...rest,
    kernel: { enforce: kernel?.enforce ?? false },
    ...(password === undefined ? {} : { auth: { password } }),
  };
  // A misspelt mode must not hide the other mistakes: what holds in either mode, and what Sentinel wants, is still
  // said.
  const redisMistakes = findMistakes({ ...(cluster ? withBucket(redis) : redis), mode: wellFormed.mode ?? "sentinel" });
  const { google, mistakes: googleMistakes } = googleCloud(wellFormed, redis, all["gcp:project"], stack);
  mistakes.push(...namedAfterStack(stack, own, [...redisMistakes, ...googleMistakes]));
  return {
    config: Object.freeze({
      kubernetes: atProject(kubernetes),
      google,
      redis: Object.freeze(google ? onDedicatedNodes(redis) : redis),
      kernel: { enforce: kernel?.enforce ?? false, tune: kernel?.tune ?? google !== undefined },
      describe: (refused: readonly Mistake[]) => describe(atKeys(refused), project, stack),
    }),
    mistakes,
  };
}

/** The project's own keys without their namespace, their values as JSON where the schema wants more than text. */
function ownKeys(all: Record<string, string>, project: string): { own: Record<string, unknown>; mistakes: Mistake[] } {
  const own: Record<string, unknown> = {};
  const mistakes: Mistake[] = [];
  for (const [name, text] of Object.entries(all)) {
    const [namespace = "", key = ""] = name.split(/:(.*)/s);
    if (namespace === project) own[key] = isText(key) ? text : parseJson(text);
    else if (!otherNamespaces.includes(namespace))
      mistakes.push({
        property: name,
        value: text,
        reason: `is not a key of this project: write ${project}:${nearest(key, keysAt([])) ?? key}`,
      });
  }
  return { own, mistakes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const atProject = ({ kubeconfig, context }: Config["kubernetes"]): Config["kubernetes"] => ({
  context,
  kubeconfig: kubeconfig && path.resolve(projectFolder, kubeconfig),
});
