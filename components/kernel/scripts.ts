import * as fs from "node:fs";
import * as path from "node:path";
import { wantedShell } from "./wanted";

type Script = "kernel-values.sh" | "kernel-tune.sh" | "kernel-tuned.sh";

const script = (name: Script) => fs.readFileSync(path.join(__dirname, "scripts", name), "utf8");

/** What a pod needs that reads and judges its kernel: by file name, to be mounted in one folder. */
export const readingScripts = (): Record<string, string> => ({
  "kernel-wanted.sh": wantedShell(),
  "kernel-values.sh": script("kernel-values.sh"),
});

/** What a pod needs that sets them, too. */
export const tuningScripts = (): Record<string, string> => ({
  ...readingScripts(),
  "kernel-tune.sh": script("kernel-tune.sh"),
  "kernel-tuned.sh": script("kernel-tuned.sh"),
});

/**
 * The tuning as one text with nothing beside it: a node's start-up script, for bash, as root. Run once; it may be run
 * again. It also raises net.core.somaxconn in the node's own network namespace, which is not that of a pod.
 */
export function nodeInitScript(): string {
  const scripts = tuningScripts();
  const sourced = /^\. "\$\(dirname "\$0"\)\/(.*)"$/gm;
  const inlined = (text: string): string =>
    text.replace(sourced, (_, name: string) => inlined(scripts[name]!).trimEnd());
  return inlined(scripts["kernel-tune.sh"]!)
    .replace(/^# shellcheck .*\n/gm, "")
    .replace(/^#!.*\n/, "#!/bin/bash\n");
}
