import * as fs from "node:fs";
import * as path from "node:path";
import { bin, checkout, state } from "../../lib/paths";
import { backendDir } from "./backend";
import { pathWithoutOurs } from "./links";
import { standInInUse } from "./plugin";
import { passphraseFile } from "./secrets";
import { homeOfMinikube, remember, type Target } from "./target";

/** What `operate/env` sources: the environment below, as a shell reads it. */
const file = path.join(state, "environment");

/** Put in front of the PATH: the chosen pulumi, kubectl and plugin, and the tools of the program. */
const searchPath = [bin, path.join(checkout, "node_modules", ".bin")];

/** The one definition of the environment in which plain `pulumi` and `kubectl` commands reach the stack. */
function variables(target: Target): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `file://${backendDir}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    // Wins over the stack selected in Pulumi's own workspace file: a shell that was opened for one cluster must not
    // deploy another one's stack to it after a `make up` elsewhere.
    PULUMI_STACK: target.stack,
    KUBECONFIG: target.kubeconfig,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // With the stand-in in place there is nothing to download, and looking for it takes seconds at every command.
    ...(standInInUse() ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/** For the commands that this program starts itself. */
export function environment(target: Target): NodeJS.ProcessEnv {
  return { ...process.env, ...variables(target), PATH: [...searchPath, pathWithoutOurs()].join(":") };
}

const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;

/** Where a shell that sources `operate/env` goes from now on, and with it `make status`, `cli` and `down`. */
export function publish(target: Target): void {
  remember(target);
  const lines = Object.entries({ ...variables(target), REDIS_GKE_TARGET: target.context ?? "" }).map(
    ([name, value]) => `export ${name}=${quoted(value)}`,
  );
  const fresh = `${file}.${process.pid}`;
  fs.writeFileSync(fresh, [...lines, `redis_gke_path=${quoted(searchPath.join(":"))}`, ""].join("\n"));
  fs.renameSync(fresh, file);
}

export const isPublished = (): boolean => fs.existsSync(file);

export const unpublish = (): void => fs.rmSync(file, { force: true });

/** Refuses to move a stack that lives on one cluster to another one: what it made there would be orphaned. */
export function refuseMove(target: Target, exists: boolean): void {
  const home = homeOfMinikube();
  if (!exists || !target.context || !home || home === target.context) return;
  throw new Error(
    `The stack ${target.stack} lives on the context ${home}. Take it down there first (CONTEXT=${home} make down), then run CONTEXT=${target.context} make up again.`,
  );
}
