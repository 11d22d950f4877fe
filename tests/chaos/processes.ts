import * as fs from "node:fs";

const read = (file: string) => {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

/**
 * The processes of a pod, found by the cgroup that the kubelet made for it; the name only tells its containers'
 * processes apart.
 */
export function processesOf(podUid: string, program?: string): number[] {
  const group = new RegExp(`pod${podUid.replaceAll("-", "[-_]")}`);
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => group.test(read(`/proc/${pid}/cgroup`)))
    .filter((pid) => {
      const name = read(`/proc/${pid}/comm`).trim();
      return program ? name === program : name !== "pause";
    })
    .map(Number);
}

/** The containers, by their ids, that a pod's processes are in at this moment. */
export const containersOf = (podUid: string): string[] => [
  ...new Set(processesOf(podUid).flatMap((pid) => /[0-9a-f]{64}/.exec(read(`/proc/${pid}/cgroup`))?.[0] ?? [])),
];

/** Signals a pod's processes; one that is not there is a mistake of the fault, not of the pod. */
export function signal(podUid: string, name: NodeJS.Signals, program?: string): void {
  const found = processesOf(podUid, program);
  if (found.length === 0)
    throw new Error(`The pod ${podUid} has no process${program ? ` ${program}` : ""} to send ${name} to.`);
  for (const pid of found) {
    // Of several, one may end because another did.
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
