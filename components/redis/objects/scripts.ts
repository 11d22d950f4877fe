import type { ComponentResource, Input, Output } from "@pulumi/pulumi";
import * as fs from "node:fs";
import * as path from "node:path";
import { kernelPodScripts } from "../../kernel";
import { contentNamed } from "./config-map";

/** Whose pods: each kind mounts what it runs, so that a change to how archives are taken restarts no Redis. */
export const scriptKinds = ["redis", "sentinel", "archive"] as const;
export type ScriptKind = (typeof scriptKinds)[number];

/**
 * The shell (and the Lua) that runs in the pods of a kind, by file name: the content of the ConfigMap mounted at
 * /scripts.
 */
export const podScripts = (kind: ScriptKind): Record<string, string> => ({
  ...folder("shared"),
  ...folder(kind),
  ...(kind === "redis" ? kernelPodScripts() : {}),
});

function folder(name: ScriptKind | "shared"): Record<string, string> {
  const at = path.join(__dirname, "..", "scripts", name);
  return Object.fromEntries(
    fs
      .readdirSync(at)
      .filter((file) => /\.(sh|lua)$/.test(file))
      .sort()
      .map((file) => [file, fs.readFileSync(path.join(at, file), "utf8")]),
  );
}

/** The ConfigMap of them, whose name changes with its content; gives the name. */
export const createScripts = (
  name: string,
  kind: ScriptKind,
  namespace: Input<string>,
  parent: ComponentResource,
): Output<string> =>
  contentNamed(
    {
      instance: name,
      name: kind === "redis" ? `${name}-scripts` : `${name}-${kind}-scripts`,
      namespace,
      data: podScripts(kind),
    },
    parent,
  );
