import * as fs from "node:fs";

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Of a process, user and kernel time together, in jiffies: hundredths of a second of one processor. */
export interface ProcessorTime {
  /** As the kernel has it: cut to 15 characters. */
  name: string;
  own: number;
  /** Of its children that have ended, and that it waited for. */
  endedChildren: number;
}

/** Throws where the process has gone. */
export function processorTime(pid: number | string): ProcessorTime {
  const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(fs.readFileSync(`/proc/${pid}/stat`, "utf8"))!;
  const [user, kernel, childrensUser, childrensKernel] = rest!.split(" ").slice(11, 15).map(Number);
  return { name: name!, own: user! + kernel!, endedChildren: childrensUser! + childrensKernel! };
}
