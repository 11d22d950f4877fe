import * as fs from "node:fs";
import * as path from "node:path";
import type { Mistake } from "redis-gke/redis";
import type { Parsed } from "./schema";

/**
 * The password, from the config (a secret) or from a file in `folder` that only its owner can read; undefined: generate
 * one.
 */
export function readPassword(
  { password, passwordFile }: NonNullable<Parsed["auth"]>,
  folder: string,
  mistakes: Mistake[],
): string | undefined {
  if (passwordFile === undefined) return password;
  const refuse = (reason: string) => {
    mistakes.push({ property: "auth.passwordFile", value: passwordFile, reason });
    return undefined;
  };
  if (password !== undefined) return refuse("stands beside auth.password: keep one of the two");
  const file = path.resolve(folder, passwordFile);
  if (!fs.existsSync(file))
    return refuse("does not exist: `make up` makes it, or write a password of 16 characters or more into it yourself");
  if ((fs.statSync(file).mode & 0o077) !== 0) return refuse(`can be read by others: chmod 600 ${passwordFile}`);
  return fs.readFileSync(file, "utf8").trim();
}
