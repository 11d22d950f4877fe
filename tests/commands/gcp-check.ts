import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ensureCli } from "../../operate/engine/cli";
import { pathWithoutOurs } from "../../operate/engine/links";
import { reachable } from "../../lib/online";
import type { InstalledPlugin } from "../../operate/engine/plugin";
import { bin, checkout } from "../../lib/paths";
import { main, say, step } from "../../lib/progress";
import { run, which } from "../../lib/run";

const executable = "pulumi-resource-gcp";
const plain = { PULUMI_SKIP_UPDATE_CHECK: "true" };

main(async () => {
  const pulumi = await ensureCli();
  await ensureGcpPlugin(pulumi, wantedVersion());
  process.exitCode = await mocha();
});

/** The version that the program is written against. */
function wantedVersion(): string {
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(checkout, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  return dependencies["@pulumi/gcp"]!;
}

/** Nothing stands in for it: what it makes of the program is what is to be seen. */
async function ensureGcpPlugin(pulumi: string, version: string): Promise<void> {
  if (which(executable, pathWithoutOurs()) || (await installed(pulumi, version)) || (await downloaded(pulumi, version)))
    return;
  throw new Error(
    [
      `The check needs Pulumi's official gcp plugin ${version}, which is neither on the PATH nor installed, and cannot be downloaded from here. On a machine with a connection:`,
      `  pulumi plugin install resource gcp ${version}`,
      `or put the executable ${executable} of that release into a folder on the PATH. Then run make gcp-check again; no account and no credentials are needed.`,
    ].join("\n"),
  );
}

async function installed(pulumi: string, version: string): Promise<boolean> {
  const listed = await run(pulumi, ["plugin", "ls", "--json"], { env: plain, timeoutSeconds: 20 });
  return (JSON.parse(listed) as InstalledPlugin[]).some(
    (plugin) => plugin.kind === "resource" && plugin.name === "gcp" && plugin.version === version,
  );
}

async function downloaded(pulumi: string, version: string): Promise<boolean> {
  if (!(await reachable("get.pulumi.com"))) return false;
  return step(`The official gcp plugin ${version}`, (log) =>
    run(pulumi, ["plugin", "install", "resource", "gcp", version], { env: plain, log, timeoutSeconds: 600 }),
  ).then(
    () => true,
    () => false,
  );
}

/** Its last line is the reporter's: `N passed, N failed`. */
function mocha(): Promise<number> {
  say("\n== gcp-check: the Google Cloud half of dev and prod through the official plugin, to a stand-in on loopback");
  const env = { ...process.env, PATH: [bin, path.join(checkout, "node_modules", ".bin"), pathWithoutOurs()].join(":") };
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [path.join(checkout, "node_modules", ".bin", "mocha"), "tests/gcp/**/*.test.ts"],
      { cwd: checkout, stdio: "inherit", env },
    );
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
