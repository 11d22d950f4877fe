import { timeOf } from "../../components/redis/rules/restore-choice";
import { age } from "../status/archive";
import { bytes, table } from "../status/report";

/** An archive as archive-list.sh tells of it. */
export interface Listed {
  folder: "hourly" | "daily";
  name: string;
  size: number;
  /** `unchecked`: a job is at it, or was cut off; `damaged`: not as large as when it was checked. */
  state: "checked" | "unchecked" | "damaged";
  keys: string;
  redis: string;
  source: string;
}

/** The archives in the log of archive-list.sh: those of hourly/, then those of daily/, the latest first in each. */
export function parseList(log: string): Listed[] {
  const lines = [
    ...log.matchAll(
      /^(hourly|daily) (\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ) (\d+) (checked|unchecked|damaged) (\S+) (\S+) (\S+)$/gm,
    ),
  ];
  return lines
    .map(
      ([, folder, name, size, state, keys, redis, source]) =>
        ({ folder, name, size: Number(size), state, keys, redis, source }) as Listed,
    )
    .sort((a, b) => a.folder.localeCompare(b.folder) * -1 || b.name.localeCompare(a.name));
}

export function describeList(found: readonly Listed[], now: number): string {
  if (found.length === 0) return "There is no archive yet: make archive takes one now.";
  const rows = found.map(({ folder, name, size, state, keys, redis, source }) => [
    folder,
    name,
    age(now - timeOf(name)),
    bytes(size),
    keys,
    redis,
    source,
    state,
  ]);
  const good = found.filter(({ state }) => state === "checked");
  const last = good
    .map(({ name }) => name)
    .sort()
    .at(-1);
  return `${table([["KIND", "ARCHIVE", "AGE", "SIZE", "KEYS", "REDIS", "FROM", "STATE"], ...rows])}\n\n${good.length} of ${found.length} count; ${last ? `the last is ${last}, ${age(now - timeOf(last))} old` : "none of them can be restored"}`;
}
