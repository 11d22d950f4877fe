import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { membershipFiles } from "./cgroups";
import { dirs, type Space } from "./layout";
import { systemPath } from "./packages";
import { identify, isAlive, type ProcessId, sleep } from "./processes";
import { readRecord, updateRecord } from "./record";

/** A program of the control plane or of a node. */
export interface PartId {
  space: Space;
  program: string;
}

/** How it is started. */
export interface PartSpec extends PartId {
  command: readonly string[];
}

export const partName = ({ space, program }: PartId) => `${space.name}/${program}`;
const logOf = (spec: PartSpec) => path.join(dirs.logs, `${spec.space.name}-${spec.program}.log`);

function processOf(id: PartId): ProcessId | undefined {
  const recorded = readRecord()?.parts[partName(id)];
  return recorded && isAlive(recorded) ? recorded : undefined;
}

export const isPartAlive = (id: PartId) => processOf(id) !== undefined;

/** Joins the cgroups first and the network namespace next, and becomes the program: one process, whose id stays. */
const launcher =
  'space=$1; shift; while [ "$1" != -- ]; do echo $$ > "$1" || exit 70; shift; done; shift; exec nsenter --net=/run/netns/"$space" -- "$@"';

/** Starts the part unless it runs; says whether it was started. */
export function startPart(spec: PartSpec): boolean {
  if (isPartAlive(spec)) return false;
  fs.mkdirSync(dirs.logs, { recursive: true });
  const log = fs.openSync(logOf(spec), "a");
  try {
    const child = spawn(
      "/bin/sh",
      ["-c", launcher, "launcher", spec.space.name, ...membershipFiles(spec.space.name), "--", ...spec.command],
      {
        cwd: "/",
        detached: true,
        stdio: ["ignore", log, log],
        // Not the caller's environment: with its HTTP_PROXY the parts would look for one another outside.
        env: { PATH: systemPath, HOME: "/root" },
      },
    );
    const id = child.pid === undefined ? undefined : identify(child.pid);
    child.on("error", () => undefined);
    child.unref();
    if (!id) throw new Error(`Cannot start ${partName(spec)}: /bin/sh did not start.`);
    updateRecord((record) => {
      record.parts[partName(spec)] = { ...id, log: logOf(spec) };
    });
    return true;
  } finally {
    fs.closeSync(log);
  }
}

/** Kills the part if it runs, and waits until it is gone. As good as a stop for what keeps nothing of its own. */
export async function killPart(id: PartId): Promise<void> {
  const running = processOf(id);
  if (!running) return;
  process.kill(running.pid, "SIGKILL");
  while (isAlive(running)) await sleep(10);
}

/** The end of a part's log, with its place. */
export function lastLines(spec: PartSpec): string {
  const text = (() => {
    try {
      return fs.readFileSync(logOf(spec), "utf8");
    } catch {
      return "";
    }
  })();
  return `The log is ${logOf(spec)}; its last lines:\n${text.trimEnd().split("\n").slice(-12).join("\n")}`;
}

const failedPart = (spec: PartSpec, why: string) => new Error(`${partName(spec)} ${why}. ${lastLines(spec)}`);

export interface Wait {
  /** What is waited for, as the end of "waiting for ...". */
  what: string;
  /** The parts that it depends on: when one dies the wait ends at once, with its log's last lines. */
  parts: readonly PartSpec[];
  until: () => Promise<boolean> | boolean;
  seconds?: number;
  /** Asked when the time is up: what a person should know then. */
  detail?: () => Promise<string>;
}

export async function waitFor({ what, parts, until, seconds = 60, detail }: Wait): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await until())) {
    const dead = parts.find((part) => !isPartAlive(part));
    if (dead) throw failedPart(dead, `ended while waiting for ${what}`);
    if (Date.now() > deadline) {
      if (detail || parts.length !== 1)
        throw new Error(
          `After ${seconds} s still waiting for ${what}; the logs are in ${dirs.logs}.\n${(await detail?.()) ?? ""}`,
        );
      throw failedPart(parts[0]!, `runs, but after ${seconds} s this has not come: ${what}`);
    }
    await sleep(120);
  }
}
