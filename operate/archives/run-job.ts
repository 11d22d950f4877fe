import type { V1CronJob, V1Job } from "@kubernetes/client-node";
import { kubectl } from "../engine/kubectl";
import type { Target } from "../engine/target";
import { selectorText } from "../../components/redis/contract";

/** Where a CronJob of Redis's stands. */
export interface Place {
  target: Target;
  namespace: string;
  cronJob: V1CronJob;
}

/** The CronJob that archives the Redis in a namespace, or drills it; undefined where there is none. */
export async function findCronJob(
  target: Target,
  namespace: string,
  role: "archive" | "drill",
): Promise<Place | undefined> {
  const listed = await kubectl(target, [
    "--namespace",
    namespace,
    "get",
    "cronjobs",
    "--selector",
    selectorText(role),
    "--output",
    "json",
  ]);
  const [cronJob] = (JSON.parse(listed) as { items: V1CronJob[] }).items;
  return cronJob && { target, namespace, cronJob };
}

/** Unlike those of the schedule's, whose names end in digits only. */
const nameOf = ({ cronJob }: Place, purpose: string) =>
  `${cronJob.metadata!.name}-${purpose}-${Date.now().toString(36)}`;

/** The job that the schedule would make, now: counted as one, and gone with the others. */
export const scheduledJob = (place: Place): V1Job => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: {
    name: nameOf(place, "now"),
    labels: place.cronJob.spec!.jobTemplate.metadata?.labels,
    ownerReferences: [
      {
        apiVersion: "batch/v1",
        kind: "CronJob",
        name: place.cronJob.metadata!.name!,
        uid: place.cronJob.metadata!.uid!,
        controller: true,
      },
    ],
  },
  spec: { ...place.cronJob.spec!.jobTemplate.spec!, backoffLimit: 0 },
});

/**
 * A job for another purpose, in pods as the schedule's are: neither counted as one of those, nor like one; it goes by
 * itself after a while.
 */
export function likeScheduled(
  place: Place,
  purpose: string,
  keptSeconds: number,
  change: (pod: NonNullable<V1Job["spec"]>["template"]["spec"] & object) => void,
): V1Job {
  const { podFailurePolicy: _, ...spec } = structuredClone(place.cronJob.spec!.jobTemplate.spec!);
  change(spec.template.spec!);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: nameOf(place, purpose) },
    spec: { ...spec, backoffLimit: 0, ttlSecondsAfterFinished: keptSeconds },
  };
}

/** Whether a job did what it was for, all that it said, and the last of it without the date: how it ended. */
export interface Ended {
  succeeded: boolean;
  log: string;
  lastLine: string;
}

/**
 * Runs a job until it has ended; Kubernetes ends one that hangs (`activeDeadlineSeconds`). Fails once the patience is
 * over.
 */
export async function runJob(
  { target, namespace }: Pick<Place, "target" | "namespace">,
  job: V1Job,
  patienceSeconds = job.spec!.activeDeadlineSeconds!,
): Promise<Ended> {
  const name = job.metadata!.name!;
  const inNamespace = (args: string[], seconds = 30) => kubectl(target, ["--namespace", namespace, ...args], seconds);
  await kubectl(target, ["--namespace", namespace, "create", "--filename", "-"], 30, JSON.stringify(job));
  for (
    const until = Date.now() + patienceSeconds * 1000;
    Date.now() < until;
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    })
  ) {
    const { status } = JSON.parse(await inNamespace(["get", "job", name, "--output", "json"], 10)) as V1Job;
    const ended = status?.conditions?.find(
      ({ type, status: holds }) => (type === "Complete" || type === "Failed") && holds === "True",
    );
    if (!ended) continue;
    const log = await logOf(job, inNamespace);
    const lastLine = log
      .trim()
      .split("\n")
      .pop()!
      .replace(/^\d{4}-\S+Z /, "");
    return { succeeded: ended.type === "Complete", log, lastLine: lastLine || ended.message || "" };
  }
  throw new Error(
    `The job ${name} has not ended within ${patienceSeconds} s. Look at: kubectl -n ${namespace} describe job ${name}; kubectl -n ${namespace} logs job/${name} --all-containers`,
  );
}

/**
 * Container by container: `--all-containers` gives them in any order, and the last line is what says how a job ended.
 */
async function logOf(job: V1Job, inNamespace: (args: string[]) => Promise<string>): Promise<string> {
  const { initContainers = [], containers } = job.spec!.template.spec!;
  const logs = [];
  // One that did not begin, because the one before it failed, has no log.
  for (const { name } of [...initContainers, ...containers])
    logs.push(await inNamespace(["logs", `job/${job.metadata!.name}`, "--container", name]).catch(() => ""));
  return logs.join("");
}
