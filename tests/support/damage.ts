import * as fs from "node:fs";
import * as path from "node:path";
import { eventually } from "./eventually";
import type { Pod } from "./pod-lab";

/** One command of an append-only file: where it stands, what it is. */
export interface Command {
  start: number;
  end: number;
  words: string[];
}

/** Reads a whole append-only file, as Redis writes it. */
export function commandsIn(file: Buffer): Command[] {
  const commands: Command[] = [];
  let at = 0;
  const line = () => {
    const end = file.indexOf("\r\n", at);
    const text = file.toString("latin1", at, end);
    at = end + 2;
    return text;
  };
  while (at < file.length) {
    const start = at;
    const words = Array.from({ length: Number(line().slice(1)) }, () => {
      const length = Number(line().slice(1));
      const word = file.toString("latin1", at, at + length);
      at += length + 2;
      return word;
    });
    commands.push({ start, end: at, words });
  }
  return commands;
}

/** What is there once the commands that end by `upTo` were carried out; a transaction counts with its EXEC. */
export function contentAt(commands: Command[], upTo: number): Map<string, string> {
  const content = new Map<string, string>();
  let queued: Command[] | undefined;
  for (const command of commands.filter(({ end }) => end <= upTo)) {
    const name = command.words[0]!.toUpperCase();
    if (name === "MULTI") queued = [];
    else if (name === "EXEC") {
      for (const { words } of queued!) content.set(words[1]!, words[2]!);
      queued = undefined;
    } else if (name === "SET") {
      if (queued) queued.push(command);
      else content.set(command.words[1]!, command.words[2]!);
    }
  }
  return content;
}

/** Where the bytes of the last whole command, or transaction, before an offset end. */
export function lastWhole(commands: Command[], upTo: number): number {
  let whole = 0;
  let open = false;
  for (const { end, words } of commands) {
    if (end > upTo) break;
    const name = words[0]!.toUpperCase();
    if (name === "MULTI") open = true;
    if (name === "EXEC") open = false;
    if (!open) whole = end;
  }
  return whole;
}

/** The data files of a pod's volume, as its manifest names them. */
export class DataFiles {
  constructor(private readonly pod: Pod) {}
  get folder() {
    return this.pod.file("data/appendonlydir");
  }
  get manifest() {
    return path.join(this.folder, "appendonly.aof.manifest");
  }
  private named(type: string) {
    return [...fs.readFileSync(this.manifest, "utf8").matchAll(/^file (\S+) seq \d+ type (\w)/gm)]
      .filter((match) => match[2] === type)
      .map((match) => path.join(this.folder, match[1]!));
  }
  get base() {
    return this.named("b")[0]!;
  }
  get incremental() {
    return this.named("i");
  }
  get last() {
    return this.incremental.at(-1)!;
  }
  /** Has Redis write all that it holds into a new base file; resolves when that is in its place. */
  async rewrite(): Promise<void> {
    const before = this.base;
    await this.pod.with((client) => client.bgrewriteaof());
    await eventually("rewritten", async () => {
      const { aof_rewrite_in_progress, aof_rewrite_scheduled } = await this.pod.info("persistence");
      return aof_rewrite_in_progress === "0" && aof_rewrite_scheduled === "0" && this.base !== before;
    });
  }
  /** What was set aside, by folder, the oldest first. */
  get setAside() {
    return fs
      .readdirSync(this.pod.file("data"))
      .filter((name) => name.startsWith("damaged-"))
      .sort()
      .map((name) => path.join(this.pod.file("data"), name));
  }
}

/** A reproducible random source; the seed is printed by whoever makes one. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** The seed of this run: given, to repeat one, or new. */
export const seedOfRun = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

export function flip(file: string, offset: number, mask: number): void {
  const bytes = fs.readFileSync(file);
  bytes[offset]! ^= mask;
  fs.writeFileSync(file, bytes);
}
