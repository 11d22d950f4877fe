import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import type { NodeIdentity } from "./node-identity";
import type { GoogleCloudSettings } from "../settings";

/** The start-up script as the node pool names it. */
export interface InitScript {
  gcsUri: pulumi.Output<string>;
  /** Which version of it: another one makes Google recreate the nodes, one after the other. */
  gcsGeneration: pulumi.Output<number>;
  ready: pulumi.Resource[];
}

/** Uploads the script that every node of the pool runs at its start, to a bucket that nobody but the nodes reads. */
export function createInitScript(
  settings: GoogleCloudSettings,
  script: string,
  identity: NodeIdentity,
  parent: pulumi.ComponentResource,
): InitScript {
  const { name, project, region } = settings;
  const bucket = new storage.Bucket(
    `${name}-node-init`,
    {
      project,
      location: region.toUpperCase(),
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      // A node that is being made still asks for the version before a change.
      versioning: { enabled: true },
      // It holds what the program can write again at any time.
      forceDestroy: true,
    },
    { parent, dependsOn: identity.services },
  );
  // Not `source`: a changed one replaces the object, delete first, and the node pool with it, all of its nodes at once.
  const object = new storage.BucketObject(
    `${name}-node-init`,
    { bucket: bucket.name, name: "kernel-tuning.sh", content: script, contentType: "text/x-shellscript" },
    { parent },
  );
  const readable = new storage.BucketIAMMember(
    `${name}-node-init`,
    { bucket: bucket.name, role: "roles/storage.objectViewer", member: identity.member },
    { parent },
  );
  return {
    gcsUri: pulumi.interpolate`gs://${bucket.name}/${object.name}`,
    gcsGeneration: object.generation,
    ready: [object, readable],
  };
}
