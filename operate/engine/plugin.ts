import * as fs from "node:fs";
import * as path from "node:path";
import { reachable } from "../../lib/online";
import { bin, checkout } from "../../lib/paths";
import { say, step } from "../../lib/progress";
import { run, which } from "../../lib/run";
import { forward, pathWithoutOurs, unlink } from "./links";

const executable = "pulumi-resource-kubernetes";

/** What `pulumi plugin ls --json` tells of one plugin. */
export interface InstalledPlugin {
  name: string;
  kind: string;
  version?: string;
}

/**
 * Whether the very version that the program's SDK asks for is installed; another one would make the engine download
 * again.
 */
export const isInstalled = (installed: readonly InstalledPlugin[], wanted: string): boolean =>
  installed.some((plugin) => plugin.kind === "resource" && plugin.name === "kubernetes" && plugin.version === wanted);

/** The version that node_modules/@pulumi/kubernetes was generated from. */
function wantedVersion(): string {
  const manifest = fs.readFileSync(
    path.join(checkout, "node_modules", "@pulumi", "kubernetes", "package.json"),
    "utf8",
  );
  return (JSON.parse(manifest) as { pulumi: { version: string } }).pulumi.version;
}

/** Whether the stand-in of `stand-ins/kubernetes-plugin` is what the engine finds. */
export const standInInUse = (): boolean => fs.existsSync(path.join(bin, executable));

/**
 * Sees to it that the engine finds a kubernetes plugin: the official one whenever it is installed or can be downloaded,
 * and the stand-in only where it cannot be had. An official one that turned up later takes the stand-in's place.
 */
export async function ensurePlugin(pulumi: string, standIn: () => Promise<string>): Promise<void> {
  if (which(executable, pathWithoutOurs()) || (await installed(pulumi)) || (await downloaded(pulumi)))
    return unlink(executable);
  forward(executable, await standIn());
  say(
    "  --  The official kubernetes plugin cannot be had here: a stand-in (stand-ins/kubernetes-plugin) applies the resources.",
  );
}

const plain = { PULUMI_SKIP_UPDATE_CHECK: "true" };

async function installed(pulumi: string): Promise<boolean> {
  const listed = await run(pulumi, ["plugin", "ls", "--json"], { env: plain, timeoutSeconds: 20 });
  return isInstalled(JSON.parse(listed) as InstalledPlugin[], wantedVersion());
}

async function downloaded(pulumi: string): Promise<boolean> {
  if (!(await reachable("get.pulumi.com"))) return false;
  const version = wantedVersion();
  return step(`The official kubernetes plugin ${version}`, (log) =>
    run(pulumi, ["plugin", "install", "resource", "kubernetes", version], { env: plain, log, timeoutSeconds: 300 }),
  ).then(
    () => true,
    () => false,
  );
}
