import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cached } from "./cache";
import { goBuild, wasBuilt, type GoBuild } from "./go-build";
import { reachable } from "./online";
import { cache } from "./paths";
import { say } from "./progress";
import { firstLineOf, run } from "./run";
import { together } from "./together";
import { versions } from "./versions";

const programs = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
] as const;

/** Kubernetes' staging modules, at the versions that belong to its own; the two samples are not part of any binary. */
export function stagingModules(goMod: string, version: string): Record<string, string> {
  const names = [...goMod.matchAll(/^\s*(?:replace\s+)?(k8s\.io\/\S+) => \.\//gm)].map((match) => match[1]!);
  const minor = version.replace(/^1\./, "0.");
  return Object.fromEntries(names.filter((name) => !name.startsWith("k8s.io/sample-")).map((name) => [name, minor]));
}

/** What its go.mod requires of others, with the leading v; its staging modules stand there as v0.0.0. */
export const requiredModules = (goMod: string): Record<string, string> =>
  Object.fromEntries(
    [...goMod.matchAll(/^\s*(?:require\s+)?([^\s/]+\.\S+) (v\S+)/gm)]
      .map(([, name, at]) => [name!, at!] as const)
      .filter(([, at]) => at !== "v0.0.0"),
  );

const { kubernetes: version } = versions;
const ofKubernetes = { module: "k8s.io/kubernetes", version };

/**
 * Its own go.mod replaces them, which counts only while it is the main module. Required, they have their real versions
 * in their names: what else is built of them finds them compiled in Go's cache.
 */
const requireStaging = (goMod: string): string[] =>
  Object.entries(stagingModules(goMod, version)).map(([name, at]) => `require ${name} v${at}`);

const withWhatItRequires = (goMod: string): string[] => [
  ...requireStaging(goMod),
  ...Object.entries(requiredModules(goMod)).map(([name, at]) => `require ${name} ${at}`),
];

/** For what else uses these modules: built of the very same, and of the same below them, it has little to compile. */
export const asKubernetesHasThem = { ...ofKubernetes, lines: withWhatItRequires };

const kubernetes = (): GoBuild => {
  const [major, minor] = version.split(".");
  const stamp = Object.entries({ gitVersion: `v${version}`, gitMajor: major, gitMinor: minor });
  return {
    title: `Kubernetes ${version} from source`,
    module: ofKubernetes.module,
    version,
    packages: programs.map((program) => `${ofKubernetes.module}/cmd/${program}`),
    ldflags: stamp.map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`).join(" "),
    linesOf: { ...ofKubernetes, lines: requireStaging },
  };
};

const official = new URL("https://dl.k8s.io");
const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };
const download = { title: `Kubernetes ${version}, the official download`, key: `kubernetes-${version}` };

/** Whether there are no Kubernetes programs yet, and they will have to be built: most of a first `make up`. */
export const willBuildKubernetes = async (): Promise<boolean> =>
  !wasBuilt(kubernetes()) && !fs.existsSync(path.join(cache, download.key)) && !(await reachable(official.hostname));

/** The folder that holds the Kubernetes programs and kubectl: built before, or downloaded, or built now. */
export async function kubernetesBinaries(): Promise<string> {
  if (wasBuilt(kubernetes())) return goBuild(kubernetes());
  return (await downloadKubernetes()) ?? goBuild(kubernetes());
}

export async function kubectl(): Promise<string> {
  return path.join(await kubernetesBinaries(), "kubectl");
}

/**
 * The official programs, each held against the sum that its site publishes. Undefined where they cannot be had: without
 * a word if the site is not reachable, with the reason said if the download fails.
 */
export async function downloadKubernetes(site = official, root = cache): Promise<string | undefined> {
  const folder = new URL(`/v${version}/bin/linux/${architectures[process.arch]}/`, site);
  if (!fs.existsSync(path.join(root, download.key)) && !(await reachable(site.hostname))) return undefined;
  try {
    const build = (dir: string, log: string) =>
      together(programs.map((name) => downloadProgram(new URL(name, folder).href, path.join(dir, name), log)));
    return await cached({ ...download, build }, root);
  } catch (error) {
    say(`  --  No official Kubernetes to be had (${firstLineOf(error)}).`);
    return undefined;
  }
}

async function downloadProgram(url: string, file: string, log: string): Promise<void> {
  const sum = createHash("sha256")
    .update(await fetchFile(url, file, log))
    .digest("hex");
  const said = (await fetchFile(`${url}.sha256`, `${file}.sha256`, log)).toString().trim();
  if (sum !== said) throw new Error(`${url} has the sum ${sum}, and ${said} is said of it`);
  fs.chmodSync(file, 0o755);
}

/** By curl, which knows of proxies; it gives up where nothing arrives for half a minute. */
async function fetchFile(url: string, file: string, log: string): Promise<Buffer> {
  const patience = ["--retry", "2", "--speed-limit", "1000", "--speed-time", "30"];
  const quietly = ["--fail", "--silent", "--show-error", "--location"];
  await run("curl", [...quietly, ...patience, "--output", file, url], { log });
  return fs.readFileSync(file);
}
