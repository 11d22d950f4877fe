import type { V1Job } from "@kubernetes/client-node";
import type { Target } from "../engine/target";
import { findCronJob, likeScheduled, runJob, type Place } from "./run-job";
import { parseList, type Listed } from "./list";
import { runScript } from "../../components/redis/contract";

/** The archive of the Redis in a namespace; fails, saying what to write, where there is none. */
export async function archiveOf(target: Target, namespace: string): Promise<Place> {
  const found = await findCronJob(target, namespace, "archive");
  if (!found)
    throw new Error(
      `Nothing is archived in the namespace ${namespace}. Write redis-gke:archive into the stack's config (Pulumi.yaml describes its keys), with s3 or volume, on Google Cloud \`{}\`, and deploy it.`,
    );
  return found;
}

/** Lists in the container that reaches the archives; it changes nothing there. */
export const listingJob = (place: Place): V1Job =>
  likeScheduled(place, "list", 60, (pod) => {
    pod.initContainers = undefined;
    pod.containers[0]!.command = runScript("archive-list.sh");
  });

/** What archives there are, seen by a pod that can see them. */
export async function listArchives(place: Place): Promise<Listed[]> {
  const { succeeded, log, lastLine } = await runJob(place, listingJob(place), 180);
  if (!succeeded) throw new Error(`The archives cannot be listed: ${lastLine}`);
  return parseList(log);
}
