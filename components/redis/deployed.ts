import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import type { Mode, RedisArgs, RedisSettings } from "./args";
import { versionOf } from "./image";
import { parseBytes } from "./quantity";

/** What the last deployment left, as far as a change of it would lose data or the way to them. Kept as a stack output, and read back from there. */
export interface RedisDeployed {
  mode: Mode;
  namespace: string;
  /** In sentinel mode. */
  masterName?: string;
  /** This and the next ones are not known of a deployment by an older version of this program. */
  createNamespace?: boolean;
  protect?: boolean;
  /** What tells the cluster from others; not known either where nothing was compared. */
  cluster?: string;
  /** Of each data pod's volume, and the StorageClass that made it; neither where volumes are ready-made. */
  size?: string;
  storageClass?: string;
  /** Of the Redis that wrote the data: `x.y.z`, the last one that was known. */
  version?: string;
}

/** The same of what is wanted now. Pure. */
export const describeDeployed = (settings: RedisSettings, cluster?: string, before?: RedisDeployed): RedisDeployed => ({
  mode: settings.mode,
  namespace: settings.namespace,
  ...(settings.mode === "sentinel" && { masterName: settings.masterName }),
  createNamespace: settings.createNamespace,
  protect: settings.persistence.protect,
  cluster,
  ...(!settings.persistence.volumes && { size: settings.persistence.size }),
  // An image that is named by a digest does not say; what the one before it wrote is still the least that is needed.
  version: versionOf(settings.image) ?? before?.version,
});

/**
 * What tells this cluster from others: the uid of the namespace that every cluster has. Who may make no namespaces may not look at that one
 * either, but at the one that was made for him. Not asked where nothing is compared: it takes a request, and a cluster that answers.
 */
export function clusterOf(name: string, settings: RedisSettings, { before, cluster }: RedisArgs, parent: ComponentResource): Output<string | undefined> {
  if (before === undefined || cluster !== undefined) return pulumi.output(cluster);
  const namespace = settings.createNamespace ? "kube-system" : settings.namespace;
  return k8s.core.v1.Namespace.get(`${name}-cluster`, namespace, { parent }).metadata.uid.apply((uid) => `${namespace} ${uid}`);
}

/** By how many bytes each volume is to become larger; negative for smaller, 0 where it is not known. */
export function growth(before: RedisDeployed, after: RedisDeployed): number {
  const [was, is] = [before.size, after.size].map((size) => parseBytes(size ?? ""));
  return was === undefined || is === undefined ? 0 : is - was;
}

/**
 * Whether the StorageClass of the volumes lets them grow. Asked only where they are to, and by who may look at one; the server refuses it
 * too, but Pulumi takes that in a preview for a missing right, and says nothing.
 */
export function mayGrow(name: string, { createNamespace }: RedisSettings, before: RedisDeployed | undefined, after: RedisDeployed, parent: ComponentResource): Output<boolean | undefined> {
  if (!before?.storageClass || !createNamespace || growth(before, after) <= 0) return pulumi.output(undefined);
  return k8s.storage.v1.StorageClass.get(`${name}-class`, before.storageClass, { parent }).allowVolumeExpansion.apply((allowed) => allowed ?? false);
}
