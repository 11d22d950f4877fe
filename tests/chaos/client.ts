import * as fs from "node:fs";
import RedisClient, { type Redis } from "ioredis";
import { sleep } from "../support/eventually";
import type { ClientOptions, Recorded, Write } from "./load";

/**
 * One client, a process of its own: it may have to live in a node's network, and its clock must not wait for the harness. Writes numbered
 * values one after the other until its standard input ends, and leaves what was acknowledged in a file.
 */
const options = JSON.parse(process.env.REDIS_GKE_CHAOS_CLIENT!) as ClientOptions;

/** Pinned, so that an outage is not the client's own waiting: 50 ms between attempts, and a connection silent for a second is thrown away. */
const patience = { retryStrategy: () => 50, connectTimeout: 300, commandTimeout: 1000, disconnectTimeout: 100, maxRetriesPerRequest: null };

function connect(): Redis {
  const { host, sentinels, masterName, password } = options;
  const client = sentinels
    ? new RedisClient({ ...patience, password, sentinels: sentinels.map((address) => ({ host: address, port: 26379 })), name: masterName!, sentinelPassword: password, sentinelCommandTimeout: 300, sentinelRetryStrategy: () => 50, failoverDetector: true })
    : new RedisClient({ ...patience, password, host: host!, port: 6379 });
  client.on("error", () => undefined);
  return client;
}

const now = () => performance.timeOrigin + performance.now();
const recorded: Recorded = { writes: [], regressions: 0, errors: {} };
let client = connect();
let stopped = false;

/** Undefined if it was refused or not answered: then nothing is promised for it. */
async function attempt<T>(command: (connection: Redis) => Promise<T>): Promise<T | undefined> {
  try {
    return await command(client);
  } catch (error) {
    const message = (error as Error).message;
    const kind = /^[A-Z]{4,} /.test(message) ? message.split(" ")[0]! : message;
    recorded.errors[kind] = (recorded.errors[kind] ?? 0) + 1;
    // ioredis ends a client for good that its failoverDetector tells of a failover while it is still looking for the master.
    if (message === "Command timed out" || client.status === "end") {
      client.disconnect();
      client = connect();
    } else {
      await sleep(10);
    }
    return undefined;
  }
}

async function write(n: number): Promise<void> {
  const from = now();
  while (!stopped) {
    if (await attempt((connection) => connection.set(`${options.prefix}:${n}`, String(n))) === "OK") {
      recorded.writes.push([n, from, now()] satisfies Write);
      return;
    }
  }
}

let newest = 0;
/** A count that does not grow was taken from data older than what was acknowledged before. An attempt made twice only makes it larger. */
async function count(): Promise<void> {
  const value = await attempt((connection) => connection.incr(`${options.prefix}:counter`));
  if (value === undefined) return;
  if (value <= newest) recorded.regressions++;
  newest = value;
}

async function main(): Promise<void> {
  const told = setInterval(() => process.stdout.write(`${recorded.writes.length}\n`), 100);
  for (let n = 1; !stopped; n++) {
    await write(n);
    if (n % 10 === 0) await count();
    await sleep(2);
  }
  clearInterval(told);
  fs.writeFileSync(options.file, JSON.stringify(recorded));
  process.exit(0);
}

// The end of its standard input is also the death of whoever started it.
process.stdin.on("end", () => { stopped = true; }).on("error", () => { stopped = true; }).resume();
setTimeout(() => { stopped = true; }, 15 * 60_000).unref();
void main();
