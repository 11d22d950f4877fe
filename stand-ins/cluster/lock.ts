import * as fs from "node:fs";
import { say } from "../../lib/progress";
import { identify, isAlive, type ProcessId, sleep } from "./processes";

const file = "/run/redis-gke.lock";

/** Two `make up` at once, or one beside a test that takes a node away, would each undo what the other just did. */
export async function withLock<T>(work: () => Promise<T>): Promise<T> {
  await acquire();
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

async function acquire(): Promise<void> {
  for (let waited = false; !tryLock(); waited = true) {
    const holder = readHolder();
    if (!holder || !isAlive(holder)) {
      takeAway(holder);
      continue;
    }
    if (!waited) say(`  ... another command (process ${holder.pid}) is changing the cluster; waiting for it`);
    await sleep(200);
  }
}

function tryLock(): boolean {
  const mine = `${file}.${process.pid}`;
  fs.writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    // A link is made whole or not at all: nobody reads a lock without its holder.
    fs.linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

function readHolder(): ProcessId | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as ProcessId;
  } catch {
    return undefined;
  }
}

/** Of two that find a dead holder, the second must not remove the lock that the first has taken since. */
function takeAway(dead: ProcessId | undefined): void {
  const aside = `${file}.dead.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  const moved = (() => {
    try {
      return fs.readFileSync(aside, "utf8");
    } catch {
      return "";
    }
  })();
  if (dead === undefined || moved === JSON.stringify(dead)) fs.rmSync(aside, { force: true });
  else fs.renameSync(aside, file);
}
