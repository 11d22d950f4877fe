import * as organizations from "@pulumi/gcp/organizations";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import type { ArchiveBucketArgs } from "./args";
import type { GoogleCloudSettings } from "./settings";

/** In days; younger copies are still to be read or deleted, and moving them would cost more than it saves. */
const cold = 90;

/**
 * What Google does with copies by their age alone: it makes them cheaper, and deletes none. The job that makes them
 * counts how many are kept; where none was made for months, the old ones are the only ones. Pure.
 */
export function lifecycleRules({
  root,
  daily,
}: Pick<ArchiveBucketArgs, "root" | "daily">): storage.BucketArgs["lifecycleRules"] {
  const age = Math.max(cold, daily + 30);
  const matchesPrefixes = [`${root}/hourly/`, `${root}/daily/`];
  return [
    {
      action: { type: "SetStorageClass", storageClass: "COLDLINE" },
      condition: { age, matchesPrefixes, matchesStorageClasses: ["STANDARD"] },
    },
    // Parts of an upload that was cut off are no objects, and nobody would see what they cost.
    { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
  ];
}

/**
 * The bucket for the archives (made, or of others), which the pods that write them may use and nobody else. Its name is
 * known when they may.
 */
export function createArchiveBucket(
  { name, project, region }: GoogleCloudSettings,
  archive: ArchiveBucketArgs,
  { services, cluster }: Record<"services" | "cluster", pulumi.Resource[]>,
  parent: pulumi.ComponentResource,
): pulumi.Output<string> {
  const made = archive.existing === undefined ? create(name, project, region, archive, services, parent) : undefined;
  const bucket = made?.name ?? archive.existing!;
  const number =
    made?.projectNumber ?? organizations.getProjectOutput({ projectId: project }, { dependsOn: services }).number;
  const { namespace, serviceAccount } = archive.writer;
  const granted = new storage.BucketIAMMember(
    `${name}-archive`,
    {
      bucket,
      // To list, read, write and delete objects, and no more: not to change who may, nor the bucket.
      role: "roles/storage.objectUser",
      member: pulumi.interpolate`principal://iam.googleapis.com/projects/${number}/locations/global/workloadIdentityPools/${project}.svc.id.goog/subject/ns/${namespace}/sa/${serviceAccount}`,
    },
    {
      parent,
      // Whom it names is known to Google only once the project has a cluster with workload identity.
      dependsOn: [...services, ...cluster],
      // A destroy that is refused for what holds data would else have taken this first, and no archive would be made
      // from then on.
      protect: archive.protect ?? true,
    },
  );
  return pulumi.all([bucket, granted.id]).apply(([known]) => known);
}

const create = (
  name: string,
  project: string,
  region: string,
  archive: ArchiveBucketArgs,
  services: pulumi.Resource[],
  parent: pulumi.ComponentResource,
) =>
  new storage.Bucket(
    `${name}-archive`,
    {
      project,
      location: region.toUpperCase(),
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      labels: { "managed-by": "pulumi", "redis-gke": name },
      lifecycleRules: lifecycleRules(archive),
      // Even when its protection is off Google deletes no bucket that holds something.
      forceDestroy: false,
    },
    { parent, dependsOn: services, protect: archive.protect ?? true },
  );
