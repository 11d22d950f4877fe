import * as fs from "node:fs";
import * as path from "node:path";
import { oldestPulumi, versions } from "../../lib/versions";
import { cached } from "../../lib/cache";
import { goBuild } from "../../lib/go-build";
import { reachable } from "../../lib/online";
import { say } from "../../lib/progress";
import { firstLineOf, run, which } from "../../lib/run";
import { link, pathWithoutOurs } from "./links";
import { atLeast, versionIn } from "./version";

const programs = ["pulumi", "pulumi-language-nodejs"] as const;

/** The two programs that a deployment needs: the CLI and the host that runs index.ts. */
interface Cli {
  pulumi: string;
  languageHost: string;
}

/**
 * The CLI on the PATH if it is recent enough, else the official download, else a build from Go modules; linked in
 * `.state/bin`.
 */
export async function ensureCli(): Promise<string> {
  const { pulumi, languageHost } = (await onPath()) ?? (await downloaded()) ?? (await built());
  link(programs[0], pulumi);
  link(programs[1], languageHost);
  return pulumi;
}

/** Why a CLI that stands on the PATH is not used, or undefined if it is. */
export function unfit(version: string | undefined, languageHost: string | undefined): string | undefined {
  if (!version) return "does not tell its version";
  if (!atLeast(version, oldestPulumi)) return `is ${version}, too old: ${oldestPulumi} or newer is needed`;
  return languageHost ? undefined : "comes without pulumi-language-nodejs";
}

async function onPath(): Promise<Cli | undefined> {
  const searchPath = pathWithoutOurs();
  const pulumi = which("pulumi", searchPath);
  if (!pulumi) return undefined;
  const version = versionIn(
    await run(pulumi, ["version"], { env: { PULUMI_SKIP_UPDATE_CHECK: "true" }, timeoutSeconds: 20 }).catch(() => ""),
  );
  const languageHost = which("pulumi-language-nodejs", `${path.dirname(fs.realpathSync(pulumi))}:${searchPath}`);
  const reason = unfit(version, languageHost);
  if (!reason) return { pulumi, languageHost: languageHost! };
  say(
    `  --  The Pulumi on the PATH (${pulumi}) ${reason}; using one of our own (upgrade: https://www.pulumi.com/docs/install/).`,
  );
  return undefined;
}

async function downloaded(): Promise<Cli | undefined> {
  if (!(await reachable("get.pulumi.com"))) return undefined;
  try {
    const dir = await cached({
      title: `Pulumi ${versions.pulumi}, the official download`,
      key: `pulumi-${versions.pulumi}`,
      build: async (root) => {
        // Loaded here only: a `make up` with nothing to do must not pay for the SDK.
        const { PulumiCommand } = await import("@pulumi/pulumi/automation/cmd.js");
        await PulumiCommand.install({ root });
      },
    });
    return { pulumi: path.join(dir, "bin", "pulumi"), languageHost: path.join(dir, "bin", "pulumi-language-nodejs") };
  } catch (error) {
    say(`  --  No official Pulumi to be had (${firstLineOf(error)}).`);
    return undefined;
  }
}

async function built(): Promise<Cli> {
  if (!which("go")) {
    throw new Error(
      `Pulumi ${oldestPulumi} or newer is needed. No such one is on the PATH, the download cannot be reached, and there is no Go to build it with.\n` +
        `Install Pulumi (curl -fsSL https://get.pulumi.com | sh, or https://www.pulumi.com/docs/install/), or Go 1.24 or newer, and run the same command again.`,
    );
  }
  const versionFlag = (version: string) => `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  const dirs = await Promise.all([
    goBuild({
      title: `Pulumi ${versions.pulumi} from source (about 5 minutes, once)`,
      module: "github.com/pulumi/pulumi/pkg/v3",
      version: versions.pulumi,
      packages: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
      ldflags: versionFlag(versions.pulumi),
      // The engine is of the same release as its SDK; left to itself, Go takes the older one that pkg's own go.mod
      // names.
      require: { "github.com/pulumi/pulumi/sdk/v3": versions.pulumi },
    }),
    goBuild({
      title: `Pulumi's Node language host ${versions.pulumiLanguageNodejs} from source (about 1 minute, once)`,
      module: "github.com/pulumi/pulumi/sdk/v3",
      version: versions.pulumiLanguageNodejs,
      packages: ["github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"],
      ldflags: versionFlag(versions.pulumiLanguageNodejs),
    }),
  ]);
  // Side by side, as in an installation: the CLI warns at every command of a language host that lies elsewhere.
  const dir = await cached({
    title: `Pulumi ${versions.pulumi} put together`,
    key: `pulumi-${versions.pulumi}-from-source`,
    inputs: versions.pulumiLanguageNodejs,
    build: (together) =>
      Promise.resolve(
        programs.forEach((name, index) => fs.linkSync(path.join(dirs[index]!, name), path.join(together, name))),
      ),
  });
  return { pulumi: path.join(dir, programs[0]), languageHost: path.join(dir, programs[1]) };
}
