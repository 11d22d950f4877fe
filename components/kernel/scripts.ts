import * as fs from "node:fs";
import * as path from "node:path";
import { wantedShell } from "./wanted";

const scripts = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(__dirname, "scripts", name), "utf8")]));

/** What reads and judges a kernel: by file name, to be mounted in one folder. */
const readingScripts = (): Record<string, string> => ({
  "kernel-wanted.sh": wantedShell(),
  ...scripts("kernel-values.sh"),
});

/** What a Redis pod needs: it says what it got, waits for it if it is to, and tells `make status`. Needs lib.sh. */
export const kernelPodScripts = (): Record<string, string> => ({
  ...readingScripts(),
  ...scripts("kernel.sh", "kernel-wait.sh", "kernel-status.sh"),
});

/** What a pod needs that sets the values. */
export const tuningScripts = (): Record<string, string> => ({
  ...readingScripts(),
  ...scripts("kernel-tune.sh", "kernel-tuned.sh"),
});

/**
 * The tuning as one text with nothing beside it: a node's start-up script, for bash, as root. Run once; it may be run
 * again. It also raises net.core.somaxconn in the node's own network namespace, which is not that of a pod.
 */
export function nodeInitScript(): string {
  const tuning = tuningScripts();
  const sourced = /^\. "\$\(dirname "\$0"\)\/(.*)"$/gm;
  const inlined = (text: string): string =>
    text.replace(sourced, (_, name: string) => inlined(tuning[name]!).trimEnd());
  return inlined(tuning["kernel-tune.sh"]!)
    .replace(/^# shellcheck .*\n/gm, "")
    .replace(/^#!.*\n/, "#!/bin/bash\n");
}
