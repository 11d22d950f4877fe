import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Input, Output } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import type { ArchiveSettings, RedisSettings } from "../args";
import { commonLabels, objectName } from "../contract";
import { archiveStore, type ArchiveObjects, type ArchiveStore } from "../objects/archive-store";
import { ofClaimPatch } from "../objects/claims";
import { createScripts } from "../objects/scripts";

/** Where a Redis' archives are kept. */
export interface Archives {
  /** The way to them, below a root: its own, unless told another. */
  store: (root?: string) => ArchiveStore;
  /** The StorageClass of their volume, where it was made here. */
  storageClass: Output<string | undefined>;
}

/** Makes what the destination needs in the namespace. */
export function createArchives(
  name: string,
  settings: RedisSettings,
  namespace: Input<string>,
  parent: ComponentResource,
): Archives | undefined {
  const { archive } = settings;
  if (!archive) return undefined;
  const labels = commonLabels(name);
  const objects: ArchiveObjects = { scripts: createScripts(name, "archive", namespace, parent) };
  const claim =
    archive.volume && archive.volume.claim === undefined ? createClaim(name, archive, namespace, parent) : undefined;
  if (archive.s3) {
    const { accessKeyId, secretAccessKey } = archive.s3;
    objects.keys = new k8s.core.v1.Secret(
      `${name}-archive-keys`,
      {
        metadata: { namespace, labels },
        stringData: { accessKeyId: pulumi.secret(accessKeyId), secretAccessKey: pulumi.secret(secretAccessKey) },
        immutable: true,
      },
      { parent },
    ).metadata.name;
  } else if (archive.volume) {
    objects.claim = archive.volume.claim ?? claim!.metadata.name;
  } else {
    const account = objectName.archive(name);
    objects.serviceAccount = new k8s.core.v1.ServiceAccount(
      account,
      { metadata: { name: account, namespace, labels }, automountServiceAccountToken: false },
      { parent },
    ).metadata.name;
  }
  return {
    store: (root = archive.root) => archiveStore(archive, root, objects),
    storageClass: pulumi.output(claim?.spec.storageClassName),
  };
}

/**
 * Protected until somebody says otherwise: with a claim goes its volume, and with a namespace its claims. Pulumi would
 * make it anew, without the archives, for a larger size as well, which Kubernetes gives it in place: so that is asked
 * for by a patch.
 */
function createClaim(
  name: string,
  { volume, protect }: ArchiveSettings,
  namespace: Input<string>,
  parent: ComponentResource,
): k8s.core.v1.PersistentVolumeClaim {
  const resources = { requests: { storage: volume!.size } };
  const claim = new k8s.core.v1.PersistentVolumeClaim(
    objectName.archive(name),
    {
      metadata: { name: objectName.archive(name), namespace, labels: commonLabels(name) },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: volume!.storageClass, resources },
    },
    { parent, protect, ignoreChanges: ["spec"] },
  );
  new k8s.core.v1.PersistentVolumeClaimPatch(
    `${name}-archive-size`,
    {
      metadata: { name: claim.metadata.name, namespace, annotations: ofClaimPatch },
      spec: { resources },
    },
    { parent, retainOnDelete: true },
  );
  return claim;
}
