import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { state } from "../../lib/paths";
import { stackState } from "./backend";
import { forgetSalts } from "./salt";
import { embedded } from "./target";

/** Encrypts the secrets in the local stacks' state. */
export const passphraseFile = path.join(state, "passphrase");

/** Redis's password in the local stacks, which cannot ask a `random` plugin for one offline. */
const redisPasswordFile = path.join(state, "redis-password");

/** Both are made once: another passphrase could not read the state, another password would roll every pod. */
export async function ensureSecrets(): Promise<void> {
  if (!fs.existsSync(passphraseFile) && stackState(embedded.stack).exists) {
    throw new Error(
      `${passphraseFile} is gone, and the state of the stack ${embedded.stack} can only be read with it. Put it back, or run make down and make up.`,
    );
  }
  // A salt that an earlier passphrase left in a stack's file would make the CLI refuse the new one as wrong.
  if (makeOnce(passphraseFile)) await forgetSalts();
  makeOnce(redisPasswordFile);
}

function makeOnce(file: string): boolean {
  if (fs.existsSync(file) && fs.statSync(file).size > 0) return false;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  fs.writeFileSync(fresh, randomBytes(24).toString("hex"), { mode: 0o600 });
  fs.renameSync(fresh, file);
  return true;
}
