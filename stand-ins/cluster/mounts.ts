import * as fs from "node:fs";
import { run } from "../../lib/run";

/**
 * Mount points at or below `dir` in the text of /proc/self/mountinfo, the latest first, which is the order to unmount
 * them in.
 */
export function mountsBelow(dir: string, mountinfo: string): string[] {
  const points = mountinfo
    .split("\n")
    .map((line) => line.split(" ")[4])
    .filter((point) => point !== undefined);
  return points
    .map(unescape)
    .filter((point) => point === dir || point.startsWith(`${dir}/`))
    .reverse();
}

/** The kernel writes blanks and backslashes in a path as octal numbers. */
const unescape = (point: string) =>
  point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

const current = (dir: string) => mountsBelow(dir, fs.readFileSync("/proc/self/mountinfo", "utf8"));

/** Unmounts everything below `dir`; what is still busy after a few rounds is detached, and goes with its last user. */
export async function unmountBelow(dir: string): Promise<void> {
  for (let round = 0; round < 4; round++) {
    const points = current(dir);
    if (points.length === 0) return;
    await run("umount", [...(round === 3 ? ["--lazy"] : []), ...points]).catch(() => undefined);
  }
  const left = current(dir);
  if (left.length > 0) throw new Error(`Still mounted below ${dir}: ${left.join(", ")}. Nothing there was removed.`);
}

/**
 * Removes a folder only when nothing is mounted in it any more: a volume's data must not go with a leftover bind mount.
 */
export async function removeFolder(dir: string): Promise<void> {
  await unmountBelow(dir);
  fs.rmSync(dir, { recursive: true, force: true });
}
