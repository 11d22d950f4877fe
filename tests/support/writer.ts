import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import { eventually, sleep } from "./eventually";
import type { Pod } from "./pod-lab";

/** One numbered value after the other; resolves to the last one that was acknowledged. */
export const writeUntilRefused = (pod: Pod): Promise<number> =>
  pod.with(async (client) => {
    for (let n = 1; ; n++) {
      try {
        await client.set(`key:${n}`, String(n));
      } catch {
        return n - 1;
      }
    }
  });

/**
 * Writes numbered values one after the other, and records each that was acknowledged, and the longest time between two
 * of them.
 */
export class Writer {
  readonly acknowledged: number[] = [];
  longestPauseMs = 0;
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(
    private readonly client: Redis,
    private readonly prefix: string,
  ) {
    this.done = this.write();
  }

  private async write(): Promise<void> {
    let last = Date.now();
    for (let n = 1; !this.stopped; n++) {
      try {
        await this.client.set(`${this.prefix}:${n}`, String(n));
      } catch {
        // Refused (no replica yet, read-only): not acknowledged, so nothing is promised for it.
        await sleep(10);
        continue;
      }
      this.acknowledged.push(n);
      this.longestPauseMs = Math.max(this.longestPauseMs, Date.now() - last);
      last = Date.now();
      await sleep(2);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  /** The acknowledged writes that are not there. */
  async lost(client: Redis): Promise<number[]> {
    const values: (string | null)[] = [];
    for (let from = 0; from < this.acknowledged.length; from += 1000) {
      values.push(...(await client.mget(this.acknowledged.slice(from, from + 1000).map((n) => `${this.prefix}:${n}`))));
    }
    return this.acknowledged.filter((n, index) => values[index] !== String(n));
  }
}

/**
 * Acts under writes by this client, which have to go on afterwards; at the end every one that was acknowledged is
 * looked up.
 */
export async function whileWriting(client: Redis, act: () => Promise<unknown>): Promise<void> {
  const writer = new Writer(client, `while-writing:${Date.now()}`);
  await eventually("writes", () => writer.acknowledged.length > 100);
  await act();
  const count = writer.acknowledged.length;
  await eventually("writes again", () => writer.acknowledged.length > count + 100);
  await writer.stop();
  console.log(`      longest write outage: ${writer.longestPauseMs} ms; ${writer.acknowledged.length} writes`);
  assert.deepEqual(await writer.lost(client), []);
}
