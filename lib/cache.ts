import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cache } from "./paths";
import { step } from "./progress";

export interface Recipe {
  /** What is built, as shown to a person: "Kubernetes 1.34.4". */
  title: string;
  /** The entry's folder under the cache; holds the name and the version. */
  key: string;
  /** Anything else that decides the result (flags, sources); a change of it builds anew. */
  inputs?: unknown;
  /** Builds into `dir`, an empty folder; what it leaves there is the result. */
  build: (dir: string, log: string) => Promise<void>;
}

const manifestName = ".manifest.json";

/** sha256 of every file below `dir`, by its relative path (links by their target). */
function hashTree(dir: string): Record<string, string> {
  const entries = fs.readdirSync(dir, { recursive: true, withFileTypes: true });
  const hashed = entries.flatMap((entry): [string, string][] => {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(dir, file);
    if (name === manifestName) return [];
    if (entry.isSymbolicLink()) return [[name, `-> ${fs.readlinkSync(file)}`]];
    return entry.isFile() ? [[name, createHash("sha256").update(fs.readFileSync(file)).digest("hex")]] : [];
  });
  return Object.fromEntries(hashed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether the entry is whole: same inputs, and every file has the hash that was noted when its build ended. */
function isWhole(dir: string, inputs: string): boolean {
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(dir, manifestName), "utf8")) as {
      inputs: string;
      files: Record<string, string>;
      stamps: string;
    };
    if (manifest.inputs !== inputs) return false;
    if (manifest.stamps === stamps(dir, Object.keys(manifest.files))) return true;
    return JSON.stringify(manifest.files) === JSON.stringify(hashTree(dir));
  } catch {
    return false;
  }
}

/**
 * Size and time of each file: unchanged ones are not hashed again, which keeps a `make up` with nothing to do at
 * seconds.
 */
function stamps(dir: string, names: string[]): string {
  return names
    .map((name) => {
      const stat = fs.lstatSync(path.join(dir, name));
      return `${name} ${stat.size} ${stat.mtimeMs} ${stat.ino}`;
    })
    .join("\n");
}

/**
 * The folder that holds the recipe's result, built if it is not there whole. The build works in a folder beside it and
 * is moved into place only when done, so one that was cut off half-way is never mistaken for a finished one.
 */
export async function cached(recipe: Recipe, root = cache): Promise<string> {
  const dir = path.join(root, recipe.key);
  const inputs = createHash("sha256")
    .update(JSON.stringify(recipe.inputs ?? null))
    .digest("hex");
  if (isWhole(dir, inputs)) return dir;
  await step(recipe.title, async (log) => {
    const partial = `${dir}.partial-${process.pid}`;
    removeAbandoned(dir);
    fs.mkdirSync(partial, { recursive: true });
    try {
      await recipe.build(partial, log);
      const files = hashTree(partial);
      fs.writeFileSync(
        path.join(partial, manifestName),
        JSON.stringify({ inputs, files, stamps: stamps(partial, Object.keys(files)) }, null, 1),
      );
      fs.rmSync(dir, { recursive: true, force: true });
      fs.renameSync(partial, dir);
    } catch (error) {
      fs.rmSync(partial, { recursive: true, force: true });
      throw kinder(error);
    }
  });
  return dir;
}

/** What builds that were killed left beside the entry. */
function removeAbandoned(dir: string): void {
  const prefix = `${path.basename(dir)}.partial-`;
  const parent = path.dirname(dir);
  for (const name of fs.existsSync(parent) ? fs.readdirSync(parent) : []) {
    if (!name.startsWith(prefix)) continue;
    // What a build keeps beside its folder begins with the same number.
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (pid === process.pid || !fs.existsSync(`/proc/${pid}`))
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

/** A full disk is the one build failure whose cause hides in the middle of a compiler's output. */
function kinder(error: unknown): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (!/ENOSPC|no space left on device/i.test(text)) return error;
  return new Error(
    `The disk is full: ${cache} needs about 6 GB free while building. Free some room (or point XDG_CACHE_HOME at another disk) and run the same command again; what was finished is kept.\n\n${text}`,
  );
}
