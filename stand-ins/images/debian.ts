import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../lib/run";

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The mirror that this machine's own apt already uses for Debian's main archive (and not for its security updates). */
export function debianMirror(indexTargets: string): string | undefined {
  const targets = indexTargets.split("\n").map((line) => line.split("|"));
  return targets.find(([, origin, label]) => origin === "Debian" && label === "Debian")?.[0];
}

/** Apt knows an archive's origin from its lists only, which small images come without. */
async function findMirror(log: string): Promise<string> {
  const ask = async () =>
    debianMirror(await run("apt-get", ["indextargets", "--format", "$(REPO_URI)|$(ORIGIN)|$(LABEL)"], { log }));
  const known = await ask();
  if (known) return known;
  await run("apt-get", ["update"], { log });
  const found = await ask();
  if (!found)
    throw new Error(
      "No Debian archive among this machine's apt sources, which the cluster's images are built from. Add one to /etc/apt (any mirror of the main archive) and run the same command again.",
    );
  return found;
}

/**
 * Unpacks packages of another Debian release, with all they depend on, into `tree`. The downloads go through an apt of
 * its own, which knows nothing as installed and leaves this machine's sources, lists and packages as they are.
 */
export async function unpackPackages(args: {
  release: string;
  packages: readonly string[];
  tree: string;
  work: string;
  log: string;
}): Promise<void> {
  const { release, packages, tree, work, log } = args;
  const mirror = await findMirror(log);
  const dir = (name: string) => {
    const made = path.join(work, name);
    fs.mkdirSync(made, { recursive: true });
    return made;
  };
  const file = (name: string, text: string) => {
    const made = path.join(dir("."), name);
    fs.writeFileSync(made, text);
    return made;
  };
  fs.mkdirSync(path.join(dir("cache"), "archives", "partial"), { recursive: true });
  fs.mkdirSync(path.join(dir("lists"), "partial"), { recursive: true });
  const options = {
    "Dir::Etc::sourcelist": file("sources.list", `deb [signed-by=${keyring}] ${mirror} ${release} main\n`),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::preferences": "/dev/null",
    "Dir::Etc::preferencesparts": "/dev/null",
    "Dir::State": dir("state"),
    "Dir::State::lists": dir("lists"),
    "Dir::State::status": file("status", ""),
    "Dir::Cache": dir("cache"),
    // Apt's sandbox user cannot enter a folder below root's home.
    "APT::Sandbox::User": "root",
    "APT::Install-Recommends": "false",
  };
  const apt = (...command: string[]) =>
    run("apt-get", [...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]), ...command], {
      log,
    });
  await apt("update");
  await apt("install", "--yes", "--download-only", ...packages);
  const archives = path.join(work, "cache", "archives");
  fs.mkdirSync(tree, { recursive: true });
  for (const deb of fs.readdirSync(archives).filter((name) => name.endsWith(".deb"))) {
    await run("dpkg-deb", ["-x", path.join(archives, deb), tree], { log });
  }
}
