import type { V1Job } from "@kubernetes/client-node";
import { archiveOf } from "../archives/job";
import type { Target } from "../engine/target";
import { findCronJob, likeScheduled, type Place } from "../archives/run-job";

/** The restore drill of the Redis in a namespace; there is one wherever there is an archive. */
export const drillOf = async (target: Target, namespace: string): Promise<Place> =>
  (await findCronJob(target, namespace, "drill")) ?? (await archiveOf(target, namespace));

/**
 * Holds a Redis that was restored, and took no write since, against the archive that it was restored from; `root` is
 * where that lies.
 */
export function comparingJob(
  place: Place,
  { archive, root, host }: { archive: string; root: string; host: string },
): V1Job {
  const otherwise: Record<string, Record<string, string>> = {
    fetch: { ARCHIVE: archive, ARCHIVE_ROOT: root },
    compare: { REDIS_HOST: host },
  };
  return likeScheduled(place, "restored", 24 * 3600, (pod) => {
    pod.containers[0]!.args = ["restored"];
    for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
      const changed = otherwise[container.name] ?? {};
      container.env = [
        ...(container.env ?? []).filter(({ name }) => !(name in changed)),
        ...Object.entries(changed).map(([name, value]) => ({ name, value })),
      ];
    }
  });
}
