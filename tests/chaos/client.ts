import * as fs from "node:fs";
import RedisClient, { type Redis } from "ioredis";
import { sleep } from "../support/eventually";
import type { ClientOptions, Recorded, Write } from "./load";

/**
 * One client, a process of its own: it may have to live in a node's network, and its clock must not wait for the
 * harness. Writes numbered values one after the other until its standard input ends, and leaves what was acknowledged
 * in a file.
 */
const options = JSON.parse(process.env.REDIS_GKE_CHAOS_CLIENT!) as ClientOptions;

/**
 * Pinned, so that an outage is not the client's own waiting: 50 ms between attempts, and a connection silent for a
 * second is thrown away.
 */
const patience = {
  retryStrategy: () => 50,
  connectTimeout: 300,
  commandTimeout: 1000,
  disconnectTimeout: 100,
  maxRetriesPerRequest: null,
};

function connect(): Redis {
  const { host, sentinels, masterName, password } = options;
  const client = sentinels
    ? new RedisClient({
        ...patience,
        password,
        sentinels: sentinels.map((address) => ({ host: address, port: 26379 })),
        name: masterName!,
        sentinelPassword: password,
        sentinelCommandTimeout: 300,
        sentinelRetryStrategy: () => 50,
        failoverDetector: true,
      })
    : new RedisClient({ ...patience, password, host: host!, port: 6379 });
  client.on("error", () => undefined);
  return client;
}

const now = () => performance.timeOrigin + performance.now();
const recorded: Recorded = { writes: [], regressions: 0, errors: {} };
const pool = options.pool ?? 1;
const ballast = "x".repeat(8000);
let stopped = false;

/** One connection of the pool, and what it writes. */
class Writer {
  private client = connect();
  private newest = 0;

  constructor(private readonly index: number) {}

  async run(): Promise<void> {
    for (let turn = 1; !stopped; turn++) {
      await this.write(this.index + 1 + (turn - 1) * pool);
      if (turn % 10 === 0) await this.count();
      await sleep(pool > 1 ? 10 : 2);
    }
  }

  /** Undefined if it was refused or not answered: then nothing is promised for it. */
  private async attempt<T>(command: (connection: Redis) => Promise<T>): Promise<T | undefined> {
    try {
      return await command(this.client);
    } catch (error) {
      const message = (error as Error).message;
      const kind = /^[A-Z]{4,} /.test(message) ? message.split(" ")[0]! : message;
      recorded.errors[kind] = (recorded.errors[kind] ?? 0) + 1;
      // ioredis ends a client for good that its failoverDetector tells of a failover while it is still looking for the
      // master.
      if (message === "Command timed out" || this.client.status === "end") {
        this.client.disconnect();
        this.client = connect();
      } else {
        await sleep(10);
      }
      return undefined;
    }
  }

  private async write(n: number): Promise<void> {
    const from = now();
    const key = `${options.prefix}:${n}`;
    while (!stopped) {
      const reply = await this.attempt(async (connection) =>
        pool === 1
          ? await connection.set(key, String(n))
          : (
              await connection
                .multi()
                .set(key, String(n))
                .set(`chaos:ballast:${n % 500}`, ballast)
                .exec()
            )?.[0]?.[1],
      );
      if (reply !== "OK") continue;
      recorded.writes.push([n, from, now()] satisfies Write);
      return;
    }
  }

  /**
   * A count that does not grow was taken from data older than what was acknowledged before. An attempt made twice only
   * makes it larger.
   */
  private async count(): Promise<void> {
    const value = await this.attempt((connection) => connection.incr(`${options.prefix}:counter:${this.index}`));
    if (value === undefined) return;
    if (value <= this.newest) recorded.regressions++;
    this.newest = value;
  }
}

async function main(): Promise<void> {
  const told = setInterval(() => process.stdout.write(`${recorded.writes.length}\n`), 100);
  await Promise.all(Array.from({ length: pool }, (_, index) => new Writer(index).run()));
  clearInterval(told);
  fs.writeFileSync(options.file, JSON.stringify(recorded));
  process.exit(0);
}

// The end of its standard input is also the death of whoever started it.
process.stdin
  .on("end", () => {
    stopped = true;
  })
  .on("error", () => {
    stopped = true;
  })
  .resume();
setTimeout(() => {
  stopped = true;
}, 15 * 60_000).unref();
void main();
