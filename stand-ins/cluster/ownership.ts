import * as fs from "node:fs";
import { checkout } from "../../lib/paths";
import { cgroupExists } from "./cgroups";
import { control, dirs } from "./layout";
import { anythingAlive, anythingThere } from "./leftovers";
import { hostCableExists, netnsExists } from "./network";
import { type ClusterRecord, isThisBoot, livingParts, readRecord } from "./record";

/** The checkout that the recorded cluster belongs to, and whether any of it runs. */
export function owner(): { checkout: string; alive: boolean } | undefined {
  const record = readRecord();
  return (
    record && {
      checkout: record.checkout,
      alive: isThisBoot(record) && (livingParts(record).length > 0 || anythingAlive()),
    }
  );
}

/** What is to be done with what there is, before this checkout's cluster can run. */
export type Finding = "nothing" | "ours" | "leftovers" | { liveElsewhere: string };

/**
 * A live cluster of another checkout is that one's as long as its folder is there: where it was deleted nobody could
 * ever stop its cluster. What does not run, or has no readable record, belongs to nobody.
 */
export function judge(args: {
  anything: boolean;
  record: ClusterRecord | undefined;
  alive: boolean;
  whole: boolean;
  checkout: string;
  exists: (dir: string) => boolean;
}): Finding {
  const { anything, record, alive, whole } = args;
  if (!anything) return "nothing";
  if (!record || !alive) return "leftovers";
  if (record.checkout !== args.checkout)
    return args.exists(record.checkout) ? { liveElsewhere: record.checkout } : "leftovers";
  return whole ? "ours" : "leftovers";
}

export function whatIsThere(): Finding {
  const record = readRecord();
  return judge({
    anything: anythingThere(),
    record,
    alive: owner()?.alive ?? false,
    whole: record !== undefined && isWhole(record),
    checkout,
    exists: (dir) => fs.existsSync(dir),
  });
}

/** Whether what the parts stand on is all there, so that a dead part only has to be started again. */
const isWhole = (record: ClusterRecord) =>
  record.built &&
  isThisBoot(record) &&
  fs.existsSync(dirs.pki) &&
  hostCableExists() &&
  netnsExists(control) &&
  cgroupExists(control.name);

export const belongsTo = (other: string) =>
  new Error(
    `An embedded cluster of another checkout runs on this machine, and there is one a machine: ${other}\nStop it there first:  cd ${other} && make down`,
  );
