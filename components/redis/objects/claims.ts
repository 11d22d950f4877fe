import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Input, Output, Resource } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import type { RedisArgs, RedisSettings } from "../args";
import { commonLabels } from "../contract";
import { needsOf } from "../rules/needs";

type Claim = k8s.types.input.core.v1.PersistentVolumeClaim;

/** The claims of the data pods, which are there before them. */
export interface Claims {
  all: Resource[];
  /** Of the volumes that a StorageClass made; undefined where they are ready-made. */
  storageClass: Output<string | undefined>;
}

/**
 * Annotations of a patch of a claim. Pulumi must not wait until the claim is bound: that takes its pod, which is only
 * made after the patch. And the size is forced, because a person or the StatefulSet may have written it last.
 */
export const ofClaimPatch = { "pulumi.com/skipAwait": "true", "pulumi.com/patchForce": "true" };

/** What the StatefulSet calls its volume; Kubernetes derives the claims' names from it. */
const volume = "data";

const claimName = (instance: string, ordinal: number): string => `${volume}-${instance}-${ordinal}`;

/** The claims of the data pods, in their order: what ready-made volumes have to be kept for. */
export const claimsOf = (instance: string, args: RedisArgs): { namespace: string; name: string }[] =>
  Array.from({ length: needsOf(args).dataPods }, (_, ordinal) => ({
    namespace: args.namespace ?? instance,
    name: claimName(instance, ordinal),
  }));

/**
 * What each data pod claims. A ready-made volume has the size that it has: the claim asks for little and for no
 * StorageClass, since Kubernetes refuses to change either later, and a grown disk would need it.
 */
const claimSpec = ({ persistence }: RedisSettings): k8s.types.input.core.v1.PersistentVolumeClaimSpec => ({
  accessModes: ["ReadWriteOnce"],
  storageClassName: persistence.volumes ? "" : persistence.storageClass,
  resources: { requests: { storage: persistence.volumes ? "1Gi" : persistence.size } },
});

/** The claim of each data pod's volume, as the StatefulSet would make it if it were not there. */
export const dataClaim = (settings: RedisSettings): Claim => ({
  metadata: { name: volume },
  spec: claimSpec(settings),
});

/** Under the names that the StatefulSet will look for, so that they can grow: it never changes those that it made. */
export function createClaims(
  instance: string,
  settings: RedisSettings,
  namespace: Input<string>,
  parent: ComponentResource,
): Claims {
  const { volumes } = settings.persistence;
  if (volumes)
    return {
      all: volumes.map((name, ordinal) => claimReady(instance, ordinal, name, settings, namespace, parent)),
      storageClass: pulumi.output(undefined),
    };
  const made = Array.from({ length: settings.replicas }, (_, ordinal) =>
    claimMade(instance, ordinal, settings, namespace, parent),
  );
  return { all: made, storageClass: made[0]!.spec.apply(({ storageClassName }) => storageClassName) };
}

function claimReady(
  instance: string,
  ordinal: number,
  volumeName: Input<string>,
  settings: RedisSettings,
  namespace: Input<string>,
  parent: ComponentResource,
): Resource {
  const name = claimName(instance, ordinal);
  return new k8s.core.v1.PersistentVolumeClaim(
    name,
    {
      metadata: { name, namespace, labels: commonLabels(instance) },
      spec: { ...claimSpec(settings), volumeName },
    },
    {
      parent,
      protect: settings.persistence.protect,
      aliases: ofOlderPrograms("PersistentVolumeClaim", name, instance, parent),
    },
  );
}

/**
 * A patch, which makes the claim where it is not there, and takes it as it is where it is: it may be that of a replica
 * that was here before, or one that the StatefulSet made. It outlives its replica, and the stack; with the namespace it
 * goes.
 */
function claimMade(
  instance: string,
  ordinal: number,
  settings: RedisSettings,
  namespace: Input<string>,
  parent: ComponentResource,
): k8s.core.v1.PersistentVolumeClaimPatch {
  const name = claimName(instance, ordinal);
  return new k8s.core.v1.PersistentVolumeClaimPatch(
    name,
    {
      metadata: { name, namespace, labels: commonLabels(instance), annotations: ofClaimPatch },
      spec: claimSpec(settings),
      // Nobody can change the class of a claim. Another one is refused before this, and the same one may be written
      // down or left out.
    },
    { parent, retainOnDelete: true, ignoreChanges: ["spec.storageClassName"] },
  );
}

/** Where older versions of this program had it: below the one topology or the other. */
const ofOlderPrograms = (kind: string, name: string, instance: string, parent: ComponentResource): Output<string>[] =>
  ["Standalone", "Sentinel"].map((topology) =>
    pulumi.createUrn(
      name,
      `kubernetes:core/v1:${kind}`,
      pulumi.createUrn(instance, `redis-gke:redis:${topology}`, parent),
    ),
  );
