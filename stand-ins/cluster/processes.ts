import * as fs from "node:fs";

/**
 * A process told apart from a later one that got the same number: by its start time, within one boot of the machine.
 */
export interface ProcessId {
  pid: number;
  startTime: string;
}

export const bootId = () => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/**
 * State and start time out of /proc/PID/stat; the command's name stands in brackets and may itself hold spaces and
 * brackets.
 */
export function parseStat(stat: string): { state: string; startTime: string } | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .trim()
    .split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  return state && startTime ? { state, startTime } : undefined;
}

function stat(pid: number) {
  try {
    return parseStat(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

export function identify(pid: number): ProcessId | undefined {
  const startTime = stat(pid)?.startTime;
  return startTime ? { pid, startTime } : undefined;
}

/** A zombie counts as dead: nothing of it runs, and its parent may take its time to bury it. */
export function isAlive({ pid, startTime }: ProcessId): boolean {
  const found = stat(pid);
  return found !== undefined && found.startTime === startTime && found.state !== "Z" && found.state !== "X";
}

/**
 * Waits, for a few seconds at most, until init has buried the dead: some take their time, and `ps` goes on showing
 * them.
 */
export async function buried(dead: readonly ProcessId[], seconds = 5): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline && dead.some(({ pid, startTime }) => stat(pid)?.startTime === startTime))
    await sleep(50);
}

export const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
