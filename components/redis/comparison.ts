import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import { refuseChanges } from "../changes";
import type { RedisArgs, RedisSettings } from "./args";
import { describeDeployed, growth, type RedisDeployed } from "./deployed";
import { findReplacements } from "./replacement";

/** Holds what is wanted against what the last deployment left: `approved` once it is sure that nothing is lost, and what will be there then. */
export function compareWithLast(name: string, settings: RedisSettings, args: RedisArgs, parent: ComponentResource): { approved: Output<void>; after: Output<RedisDeployed> } {
  const both = pulumi.all([args.before, clusterOf(name, settings, args, parent)]).apply(([before, cluster]) => ({ before, after: describeDeployed(settings, cluster, before) }));
  const allowed = both.apply(({ before, after }) => mayGrow(name, settings, before, after, parent));
  const found = pulumi.all([both, allowed]).apply(([{ before, after }, grow]) => findReplacements(before, after, settings, grow));
  return { approved: refuseChanges(found, args.describe), after: both.apply(({ after }) => after) };
}

/**
 * What tells this cluster from others: the uid of the namespace that every cluster has. Who may make no namespaces may not look at that one
 * either, but at the one that was made for him. Not asked where nothing is compared: it takes a request, and a cluster that answers.
 */
function clusterOf(name: string, settings: RedisSettings, { before, cluster }: RedisArgs, parent: ComponentResource): Output<string | undefined> {
  if (before === undefined || cluster !== undefined) return pulumi.output(cluster);
  const namespace = settings.createNamespace ? "kube-system" : settings.namespace;
  return k8s.core.v1.Namespace.get(`${name}-cluster`, namespace, { parent }).metadata.uid.apply((uid) => `${namespace} ${uid}`);
}

/**
 * Whether the StorageClass of the volumes lets them grow. Asked only where they are to, and by who may look at one; the server refuses it
 * too, but Pulumi takes that in a preview for a missing right, and says nothing.
 */
function mayGrow(name: string, { createNamespace }: RedisSettings, before: RedisDeployed | undefined, after: RedisDeployed, parent: ComponentResource): Output<boolean | undefined> {
  if (!before?.storageClass || !createNamespace || growth(before, after) <= 0) return pulumi.output(undefined);
  return k8s.storage.v1.StorageClass.get(`${name}-class`, before.storageClass, { parent }).allowVolumeExpansion.apply((allowed) => allowed ?? false);
}
