/** The five fields of a schedule as Kubernetes takes it, with the lowest and highest value of each. */
const fields = [
  ["minute", 0, 59],
  ["hour", 0, 23],
  ["day of month", 1, 31],
  ["month", 1, 12],
  ["day of week", 0, 6],
] as const;

const names: Record<string, readonly string[]> = {
  month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  "day of week": ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/** `*`, a value or a range, with or without a step: one of the parts of a field that commas separate. */
const rangeForm = /^(?:\*|([\da-z]+)(?:-([\da-z]+))?)(?:\/(\d+))?$/i;

/**
 * Why a text is no schedule, or undefined if it is one. Strict where libraries are generous: seconds, `L`, `#` and day
 * 7, which they take, Kubernetes does not, and a `@daily` hides the hour from whoever looks for it.
 */
export function cronReason(schedule: string): string | undefined {
  const parts = schedule.trim().split(/\s+/);
  if (/^(CRON_)?TZ=/.test(schedule)) return "names a time zone, and it is UTC: take it out";
  if (parts.length !== 5) return `is not five fields of cron but ${parts[0] === "" ? 0 : parts.length}`;
  for (const [index, [field, low, high]] of fields.entries()) {
    const reason = parts[index]!.split(",")
      .map((part) => partReason(part, field, low, high))
      .find((found) => found !== undefined);
    if (reason) return reason;
  }
  // What never comes round is a schedule to Kubernetes, and no archive to anybody.
  const [, , day, month] = parts;
  return /^\d+$/.test(day!) && /^\d+$/.test(month!) && parts[4] === "*" && Number(day) > longest[Number(month) - 1]!
    ? "is a day that no year has"
    : undefined;
}

const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function partReason(part: string, field: string, low: number, high: number): string | undefined {
  const match = rangeForm.exec(part);
  const wrong = `has "${part}" as ${field}, which is ${low} to ${high}`;
  if (!match) return wrong;
  const [from, to, step] = [valueOf(match[1], field), valueOf(match[2], field), match[3]];
  if ([from, to].some((value) => value !== undefined && !(value >= low && value <= high))) return wrong;
  if (from !== undefined && to !== undefined && to < from) return wrong;
  return step !== undefined && (Number(step) < 1 || Number(step) > high) ? wrong : undefined;
}

function valueOf(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const index = names[field]?.indexOf(text.toLowerCase()) ?? -1;
  return index < 0 ? Number.NaN : index + (field === "month" ? 1 : 0);
}

/** The values that a field allows. The schedule must have passed {@link cronReason}. */
function allowed(text: string, [field, low, high]: (typeof fields)[number]): Set<number> {
  const values = text.split(",").flatMap((part) => {
    const [, start, end, step] = rangeForm.exec(part)!;
    const from = valueOf(start, field) ?? low;
    // A single value with a step begins there and goes on to the end.
    const to = valueOf(end, field) ?? (start === undefined || step !== undefined ? high : from);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
      (value) => (value - from) % Number(step ?? 1) === 0,
    );
  });
  return new Set(values);
}

/**
 * The last turns of a schedule that were due before a time, the latest first; fewer if there were none for two years.
 * In milliseconds, UTC.
 */
export function turnsBefore(schedule: string, before: number, count: number): number[] {
  const parts = schedule.trim().split(/\s+/);
  const [minutes, hours, days, months, weekdays] = fields.map((field, index) => allowed(parts[index]!, field)) as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  // Where both are told, either will do: that is cron.
  const either = !parts[2]!.startsWith("*") && !parts[4]!.startsWith("*");
  const turns: number[] = [];
  const day = 86_400_000;
  for (let start = Math.floor(before / day) * day; start > before - 731 * day && turns.length < count; start -= day) {
    const date = new Date(start);
    const [onDay, onWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
    if (!months.has(date.getUTCMonth() + 1) || !(either ? onDay || onWeekday : onDay && onWeekday)) continue;
    const times = [...hours].flatMap((hour) => [...minutes].map((minute) => start + (hour * 60 + minute) * 60_000));
    turns.push(...times.filter((time) => time < before).sort((a, b) => b - a));
  }
  return turns.slice(0, count);
}
