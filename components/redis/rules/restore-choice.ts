const archiveName = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** The name that an archive begun at this moment has. */
const nameAt = (time: number): string => `${new Date(time).toISOString().slice(0, 19).replaceAll(":", "-")}Z`;

/**
 * When the archive of a name ("2026-11-25T07-00-12Z") was begun, in milliseconds since 1970; NaN if no archive has that
 * name.
 */
export const timeOf = (name: string): number => Date.parse(name.replace(/T(\d\d)-(\d\d)-(\d\d)Z$/, "T$1:$2:$3Z"));

/**
 * `restore.from` as the pod's script reads it: "latest", an archive's name, or "until NAME" for the newest that is not
 * after a time; undefined if it is none of these. Pure.
 */
export function restoreChoice(from: string): string | undefined {
  if (from === "latest") return from;
  // A day that is not in the calendar would be moved to the next month, and be a name that no archive has.
  if (archiveName.test(from)) return !Number.isNaN(timeOf(from)) && nameAt(timeOf(from)) === from ? from : undefined;
  if (!isoTime.test(from)) return undefined;
  const time = Date.parse(from);
  return !Number.isNaN(time) ? `until ${nameAt(time)}` : undefined;
}
