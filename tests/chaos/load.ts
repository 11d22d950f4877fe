import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { group, max } from "d3-array";
import type { Redis } from "ioredis";
import { typescript } from "../support/typescript";

/** Number, time of its first attempt, time of its acknowledgement (milliseconds since 1970). */
export type Write = [n: number, from: number, at: number];

export interface Recorded {
  /** In the order of their acknowledgements; connection c of p has the numbers c + 1, c + 1 + p and so on. */
  writes: Write[];
  regressions: number;
  /** How often each kind of refusal was met. */
  errors: Record<string, number>;
}

export interface ClientOptions {
  prefix: string;
  password: string;
  /** Either an address that always leads to the master, or sentinels to ask. */
  host?: string;
  sentinels?: string[];
  masterName?: string;
  /**
   * Connections that write side by side, each in transactions with some ballast: 5 MB/s from eight of them. Without it
   * one, which writes small values alone.
   */
  pool?: number;
  /** Where the record goes. */
  file: string;
}

/** A client under load, as seen by the harness. */
export class Client {
  private readonly child: ChildProcess;
  private readonly file: string;
  private readonly ended: Promise<void>;
  private acknowledged = 0;
  private progressAt = 0;
  private complaints = "";

  /** With `network`, a file of a network namespace, it lives in there. */
  constructor(
    readonly name: string,
    readonly prefix: string,
    readonly options: Omit<ClientOptions, "file" | "prefix">,
    network?: string,
  ) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-chaos-"));
    this.file = path.join(folder, "record.json");
    const program = [process.execPath, ...typescript, path.join(__dirname, "client.ts")];
    const [command, ...args] = network ? ["nsenter", `--net=${network}`, "--", ...program] : program;
    const settings: ClientOptions = { ...options, prefix, file: this.file };
    this.child = spawn(command!, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, REDIS_GKE_CHAOS_CLIENT: JSON.stringify(settings) },
      detached: true,
    });
    this.child.stdin!.on("error", () => undefined);
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const count = Number(text.trim().split("\n").pop());
      if (count > this.acknowledged) this.progressAt = Date.now();
      this.acknowledged = Math.max(this.acknowledged, count);
    });
    // ioredis tells each failed connection to a sentinel here; of a client that crashed it is the reason.
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.complaints = (this.complaints + text).slice(-2000);
    });
    this.ended = new Promise((resolve) => {
      this.child.on("close", () => resolve()).on("error", () => resolve());
    });
  }

  get count(): number {
    return this.acknowledged;
  }
  get writesNow(): boolean {
    return Date.now() - this.progressAt < 500;
  }

  async stop(): Promise<Recorded> {
    this.child.stdin!.end();
    const late = setTimeout(() => this.child.kill("SIGKILL"), 60_000);
    await this.ended;
    clearTimeout(late);
    try {
      return JSON.parse(fs.readFileSync(this.file, "utf8")) as Recorded;
    } catch {
      throw new Error(`The client through ${this.name} left no record; it said last:\n${this.complaints}`);
    } finally {
      fs.rmSync(path.dirname(this.file), { recursive: true, force: true });
    }
  }

  abandon(): void {
    this.child.kill("SIGKILL");
  }
}

const batch = 1000;

/** The acknowledged writes that are not there, each of them looked up. */
export async function lost(prefix: string, writes: readonly Write[], redis: Redis): Promise<Write[]> {
  const missing: Write[] = [];
  for (let from = 0; from < writes.length; from += batch) {
    const some = writes.slice(from, from + batch);
    const values = await redis.mget(some.map(([n]) => `${prefix}:${n}`));
    missing.push(...some.filter(([n], index) => values[index] !== String(n)));
  }
  return missing;
}

/** The time over which these writes were acknowledged, in milliseconds: 0 for none, and for one. */
export const span = (writes: readonly Write[]): number =>
  writes.length === 0 ? 0 : Math.round(writes.at(-1)![2] - writes[0]![2]);

export async function forget(prefix: string, writes: readonly Write[], redis: Redis): Promise<void> {
  for (let from = 0; from < writes.length; from += batch)
    await redis.unlink(writes.slice(from, from + batch).map(([n]) => `${prefix}:${n}`));
}

/**
 * The longest time without an acknowledgement, on the connection of a pool that had the longest, from just before the
 * fault until the load ended.
 */
export function outage(writes: readonly Write[], fault: number, end: number, pool = 1): number {
  const connections = [...group(writes, ([n]) => n % pool).values()];
  return max(connections, (own) => longestGap(own, fault, end)) ?? Math.round(end - fault);
}

function longestGap(writes: readonly Write[], fault: number, end: number): number {
  const times = [...writes.map(([, , at]) => at).filter((at) => at <= end), end];
  // The gap that the fault fell into began before it.
  const before = times.findLast((at) => at <= fault) ?? fault;
  const around = [before, ...times.filter((at) => at > fault)];
  // Not Math.max over all of them: an hour's writes are more than a call takes arguments.
  return Math.round(max(around.slice(1), (at, index) => at - around[index]!) ?? 0);
}
