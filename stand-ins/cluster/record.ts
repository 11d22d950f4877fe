import * as fs from "node:fs";
import * as path from "node:path";
import { dirs } from "./layout";
import { bootId, isAlive, type ProcessId } from "./processes";

export interface Part extends ProcessId {
  log: string;
}

/** What runs on this machine, and which checkout started it; one cluster a machine, so one fixed file. */
export interface ClusterRecord {
  checkout: string;
  bootId: string;
  /** Whether network, cgroups and certificates were finished; if not, the start was cut off and begins anew. */
  built: boolean;
  /** The machine's settings that the kubelet changes, as they were before. */
  sysctls: Record<string, string>;
  /** By `SPACE/PROGRAM`, for instance `rgke-node1/kubelet`. */
  parts: Record<string, Part>;
}

/** The record, or undefined where there is none that can be read (a cut-off or foreign one is as good as none). */
export function readRecord(): ClusterRecord | undefined {
  try {
    return parseRecord(fs.readFileSync(dirs.record, "utf8"));
  } catch {
    return undefined;
  }
}

export function parseRecord(text: string): ClusterRecord | undefined {
  let found: Partial<ClusterRecord> | null;
  try {
    found = JSON.parse(text) as Partial<ClusterRecord> | null;
  } catch {
    return undefined;
  }
  const whole =
    found !== null &&
    typeof found === "object" &&
    typeof found.checkout === "string" &&
    typeof found.bootId === "string" &&
    typeof found.parts === "object" &&
    Object.values(found.parts).every((part) => Number.isInteger(part.pid) && typeof part.startTime === "string");
  return whole ? ({ sysctls: {}, built: false, ...found } as ClusterRecord) : undefined;
}

/** Written beside and moved into place: a reader never sees half a record. */
export function writeRecord(record: ClusterRecord): void {
  fs.mkdirSync(path.dirname(dirs.record), { recursive: true });
  fs.writeFileSync(`${dirs.record}.new`, `${JSON.stringify(record, null, 2)}\n`);
  fs.renameSync(`${dirs.record}.new`, dirs.record);
}

export function updateRecord(change: (record: ClusterRecord) => void): void {
  const record = readRecord();
  if (!record)
    throw new Error(
      `The cluster's record ${dirs.record} is gone while the cluster is being changed; run the same command again, which cleans up and starts anew.`,
    );
  change(record);
  writeRecord(record);
}

/** The ids of an earlier boot mean nothing now: the numbers belong to others. */
export const isThisBoot = (record: ClusterRecord) => record.bootId === bootId();

export const livingParts = (record: ClusterRecord) =>
  isThisBoot(record) ? Object.keys(record.parts).filter((name) => isAlive(record.parts[name]!)) : [];
