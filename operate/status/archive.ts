import type { V1CronJob } from "@kubernetes/client-node";
import { turnsBefore } from "../../components/redis/rules/cron";

/** What Kubernetes knows of the jobs that archive a Redis, or drill its restore. Times in milliseconds. */
export interface JobFacts {
  schedule: string;
  /** Switched off: it only runs when somebody asks for it. */
  suspended: boolean;
  since: number;
  /** When the schedule last began one, and whether one is at work. */
  lastBegun?: number;
  atWork: boolean;
  lastSuccess?: number;
}

export function jobFacts({ metadata, spec, status }: V1CronJob): JobFacts {
  const time = (value: Date | undefined) => (value === undefined ? undefined : new Date(value).getTime());
  return {
    schedule: spec?.schedule ?? "",
    suspended: spec?.suspend ?? false,
    since: time(metadata?.creationTimestamp) ?? 0,
    lastBegun: time(status?.lastScheduleTime),
    atWork: (status?.active ?? []).length > 0,
    lastSuccess: time(status?.lastSuccessfulTime),
  };
}

/** "12 min", "5 h", "3 days". */
export function age(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 0) return "in the future";
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 60 / 24)} days`;
}

/** Whether nothing succeeded since the turn before the last one. The last turn itself may be at work. */
function overdue({ schedule, since, lastSuccess }: JobFacts, now: number): boolean {
  const [, missed] = turnsBefore(schedule, now, 2);
  return missed !== undefined && (lastSuccess ?? since) < missed;
}

/** What is wrong with the archives. One that failed is tried again within the hour, and no reason to wake anybody. */
export function archiveTrouble(facts: JobFacts, now: number): string | undefined {
  if (!overdue(facts, now)) return undefined;
  return facts.lastSuccess === undefined
    ? "nothing was ever archived"
    : `the last archive is ${age(now - facts.lastSuccess)} old`;
}

/**
 * What is wrong with the drill. One that failed is told at once: it says that what was archived cannot be restored, and
 * the next is a week away.
 */
export function drillTrouble(facts: JobFacts, now: number): string | undefined {
  const { suspended, lastSuccess, lastBegun, atWork } = facts;
  if (suspended) return undefined;
  if (lastBegun !== undefined && !atWork && lastBegun > (lastSuccess ?? 0)) return "the last restore drill failed";
  if (!overdue(facts, now)) return undefined;
  return lastSuccess === undefined
    ? "no restore drill ever succeeded"
    : `the last restore drill that succeeded was ${age(now - lastSuccess)} ago`;
}
