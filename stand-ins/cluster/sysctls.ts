import * as fs from "node:fs";

/** What the kubelet sets for the whole machine when it starts. */
const names = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

export function readSysctls(): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      try {
        return [[name, fs.readFileSync(`/proc/sys/${name}`, "utf8").trim()]];
      } catch {
        return [];
      }
    }),
  );
}

/** A machine that keeps panicking on an oops because a cluster once ran on it would surprise its owner. */
export function restoreSysctls(values: Readonly<Record<string, string>>): void {
  for (const name of names) {
    const value = values[name];
    if (value === undefined) continue;
    try {
      fs.writeFileSync(`/proc/sys/${name}`, value);
    } catch {
      /* a container's root may not; then the kubelet could not either */
    }
  }
}
