import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Input } from "@pulumi/pulumi";
import type { RedisArgs, RedisSettings } from "./args";
import { commonLabels } from "./labels";
import { needsOf } from "./needs";

type Claim = k8s.types.input.core.v1.PersistentVolumeClaim;

/** What the StatefulSet calls its volume; Kubernetes derives the claims' names from it. */
const volume = "data";

const claimName = (instance: string, ordinal: number): string => `${volume}-${instance}-${ordinal}`;

/** The claims of the data pods, in their order: what ready-made volumes have to be kept for. */
export const claimsOf = (instance: string, args: RedisArgs): { namespace: string; name: string }[] =>
  Array.from({ length: needsOf(args).dataPods }, (_, ordinal) => ({ namespace: args.namespace ?? instance, name: claimName(instance, ordinal) }));

/**
 * What each data pod claims. A ready-made volume has the size that it has: the claim asks for little and for no StorageClass, since
 * Kubernetes refuses to change either later, and a grown disk would need it.
 */
const claimSpec = ({ persistence }: RedisSettings): k8s.types.input.core.v1.PersistentVolumeClaimSpec => ({
  accessModes: ["ReadWriteOnce"],
  storageClassName: persistence.volumes ? "" : persistence.storageClass,
  resources: { requests: { storage: persistence.volumes ? "1Gi" : persistence.size } },
});

/** The claim of each data pod's volume, as the StatefulSet makes it. */
export const dataClaim = (settings: RedisSettings): Claim => ({ metadata: { name: volume }, spec: claimSpec(settings) });

/** The claims of ready-made volumes, under the names that the StatefulSet will look for; none where a StorageClass makes the volumes. */
export function createClaims(instance: string, settings: RedisSettings, namespace: Input<string>, parent: ComponentResource): k8s.core.v1.PersistentVolumeClaim[] {
  const { volumes = [], protect } = settings.persistence;
  return volumes.map((volumeName, ordinal) => {
    const name = claimName(instance, ordinal);
    return new k8s.core.v1.PersistentVolumeClaim(name, {
      metadata: { name, namespace, labels: commonLabels(instance) },
      spec: { ...claimSpec(settings), volumeName },
    }, { parent, protect });
  });
}
