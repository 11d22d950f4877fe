import * as container from "@pulumi/gcp/container";
import type { Output } from "@pulumi/pulumi";
import type { Mistake } from "../../mistake";
import type { GoogleCloudSettings } from "../settings";

/** A cluster of others, as Google describes it. */
export type FoundCluster = Pick<
  container.GetClusterResult,
  | "id"
  | "name"
  | "endpoint"
  | "masterAuths"
  | "masterVersion"
  | "enableAutopilot"
  | "workloadIdentityConfigs"
  | "addonsConfigs"
>;

/** The cluster that `cluster.existing` names; undefined if one is to be made. */
export const lookUp = ({
  project,
  cluster: { existing, location },
}: GoogleCloudSettings): Output<FoundCluster> | undefined =>
  existing === undefined ? undefined : container.getClusterOutput({ project, name: existing, location });

/** The first version that takes `vm.overcommit_memory` for its nodes. */
const leastVersion = "1.33.4";

/**
 * Why our nodes could not be added to a cluster of others, or Redis not run on them: what Google would say when half of
 * it is made. Pure.
 */
export function unsuitable(
  found: Omit<FoundCluster, "id" | "endpoint" | "masterAuths">,
  { project, cluster: { location } }: Pick<GoogleCloudSettings, "project" | "cluster">,
): Mistake[] {
  const update = `gcloud container clusters update ${found.name} --project=${project} --location=${location}`;
  const reasons: string[] = [];
  // Nothing else matters in one whose nodes are Google's.
  if (found.enableAutopilot)
    reasons.push(
      "is an Autopilot cluster, which takes no nodes of others: name a Standard one, or take cluster.existing out",
    );
  else {
    if (!found.workloadIdentityConfigs?.some(({ workloadPool }) => workloadPool))
      reasons.push(
        `has no workload identity, without which its nodes cannot keep their identity from pods: ${update} --workload-pool=${project}.svc.id.goog`,
      );
    if (isOlder(found.masterVersion))
      reasons.push(
        `runs Kubernetes ${found.masterVersion}, and nodes can be tuned from ${leastVersion} on: gcloud container clusters upgrade ${found.name} --project=${project} --location=${location} --master`,
      );
    if (found.addonsConfigs?.[0]?.gcePersistentDiskCsiDriverConfigs?.[0]?.enabled === false)
      reasons.push(`has no driver for Persistent Disks: ${update} --update-addons=GcePersistentDiskCsiDriver=ENABLED`);
  }
  return reasons.map((reason) => ({ property: "cluster.existing", value: found.name, reason }));
}

/** "1.32.9-gke.1010000" is older, "1.33.4-gke.1" is not; nor is what cannot be read. */
function isOlder(version: string): boolean {
  const numbers = (text: string) => /^(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number);
  const [wanted, has] = [numbers(leastVersion)!, numbers(version)];
  const differs = wanted.findIndex((number, index) => number !== has?.[index]);
  return has !== undefined && differs >= 0 && has[differs]! < wanted[differs]!;
}
