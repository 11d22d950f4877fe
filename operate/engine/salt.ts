import * as fs from "node:fs";
import * as path from "node:path";
import { checkout } from "../../lib/paths";
import { run } from "../../lib/run";

/**
 * The CLI writes `encryptionsalt` into a stack's tracked file. It belongs to this machine's passphrase: committed, it
 * would lock everybody else out of their own stack. So git never sees it (.gitattributes names the filter), and the
 * state keeps its own.
 */
const saltLine = /^encryptionsalt:.*\n?/m;

/**
 * The stacks whose passphrase is made here; those of a team carry a salt, or a key service's name, that is everybody's.
 */
const localStacks = ["local", "minikube"];

/** The name of a stack's file with its config, in the checkout. */
export const configFile = (stack: string): string => `Pulumi.${stack}.yaml`;

export const withoutSalt = (text: string): string => text.replace(saltLine, "");

/** The text as its author wrote it, with the salt that the CLI chose: the CLI also reformats what it touches. */
export function withSaltOf(authored: string, written: string): string {
  const salt = saltLine.exec(written)?.[0].trim();
  return salt ? `${withoutSalt(authored).trimEnd()}\n${salt}\n` : written;
}

/** Runs work that makes the CLI write into the stack's file, and keeps that to the one line. */
export async function keepingFormat(stack: string, work: () => Promise<unknown>): Promise<void> {
  const file = path.join(checkout, configFile(stack));
  const authored = fs.readFileSync(file, "utf8");
  await work();
  const written = fs.readFileSync(file, "utf8");
  if (written !== authored) fs.writeFileSync(file, withSaltOf(authored, written));
  await settleIndex(file);
}

export async function forgetSalts(): Promise<void> {
  const files = localStacks.map((stack) => path.join(checkout, configFile(stack)));
  for (const file of files.filter((name) => fs.existsSync(name))) {
    const text = fs.readFileSync(file, "utf8");
    if (saltLine.test(text)) fs.writeFileSync(file, withoutSalt(text));
    await settleIndex(file);
  }
}

/**
 * Git takes a file of another size for modified without running the filter. Adding one whose filtered content is what
 * the index holds already changes nothing but the size that git remembers; a real edit is left for its author to add.
 */
async function settleIndex(file: string): Promise<void> {
  const git = (...args: string[]) => run("git", args, { cwd: checkout });
  const name = path.basename(file);
  try {
    if (!(await git("status", "--porcelain", "--", name)).startsWith(" M")) return;
    const [now, indexed] = await Promise.all([
      git("hash-object", `--path=${name}`, name),
      git("rev-parse", `:${name}`),
    ]);
    if (now === indexed) await git("add", "--", name);
  } catch {
    // No git, no checkout of it, or its index is in use: all that is lost is a tidy `git status`.
  }
}

/** Filters live in each clone's own configuration: git runs no command that a repository merely asks for. */
export async function teachGit(): Promise<void> {
  if (!fs.existsSync(path.join(checkout, ".git"))) return;
  await run("git", ["config", "--local", "filter.pulumi-salt.clean", "sed '/^encryptionsalt:/d'"], {
    cwd: checkout,
  }).catch(() => undefined);
}
