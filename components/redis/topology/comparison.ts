import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import { refuseChanges } from "../../changes";
import type { RedisArgs, RedisSettings } from "../args";
import type { RedisDeployed } from "../deployed";
import { archiveClass, describeDeployed, growth } from "../rules/deployed";
import { findReplacements } from "../rules/replacement";

export interface Compared {
  /** Known once it is sure that nothing is lost. */
  approved: Output<void>;
  /** What will be there then. */
  after: Output<RedisDeployed>;
  /** Whether the sentinel topology takes over the data of a standalone Redis that runs. */
  takesOver: Output<boolean>;
}

/** Holds what is wanted against what the last deployment left. */
export function compareWithLast(
  name: string,
  settings: RedisSettings,
  args: RedisArgs,
  password: Output<string>,
  parent: ComponentResource,
): Compared {
  const both = pulumi
    .all([args.before, clusterOf(name, settings, args, parent)])
    .apply(([before, cluster]) => ({ before, after: describeDeployed(settings, cluster, before) }));
  const allowed = both.apply(({ before, after }) =>
    pulumi.all({
      mayGrow: growth(before, after) > 0 ? mayGrow(`${name}-class`, before?.storageClass, settings, parent) : undefined,
      archiveMayGrow:
        growth(before?.archive, after.archive) > 0
          ? mayGrow(`${name}-archive-class`, archiveClass(before?.archive), settings, parent)
          : undefined,
    }),
  );
  const another = both.apply(({ before, after }) => otherPassword(before, after, password, args));
  const found = pulumi
    .all([both, allowed, another])
    .apply(([{ before, after }, grow, otherPassword]) =>
      findReplacements(before, after, settings, { ...grow, otherPassword }),
    );
  return {
    approved: refuseChanges(found, args.describe),
    after: both.apply(({ after }) => after),
    takesOver: both.apply(
      ({ before, after }) =>
        before?.mode === "standalone" && after.mode === "sentinel" && !before.stopped && !after.stopped,
    ),
  };
}

/**
 * What tells this cluster from others: the uid of the namespace kube-system. A user who may not make namespaces may not
 * read that one either: then it is the uid of the namespace that was made for this Redis. Not asked where nothing is
 * compared: it takes a request, and a cluster that answers.
 */
function clusterOf(
  name: string,
  settings: RedisSettings,
  { before, cluster }: RedisArgs,
  parent: ComponentResource,
): Output<string | undefined> {
  if (before === undefined || cluster !== undefined) return pulumi.output(cluster);
  const namespace = settings.createNamespace ? "kube-system" : settings.namespace;
  return k8s.core.v1.Namespace.get(`${name}-cluster`, namespace, { parent }).metadata.uid.apply(
    (uid) => `${namespace} ${uid}`,
  );
}

/**
 * Whether a StorageClass lets its volumes grow. Asked only where they are to, and by who may look at one; the server
 * refuses it too, but Pulumi takes that in a preview for a missing right, and says nothing.
 */
function mayGrow(
  name: string,
  storageClass: string | undefined,
  { createNamespace }: RedisSettings,
  parent: ComponentResource,
): Output<boolean> | undefined {
  if (!storageClass || !createNamespace) return undefined;
  return k8s.storage.v1.StorageClass.get(name, storageClass, { parent }).allowVolumeExpansion.apply(
    (allowed) => allowed ?? false,
  );
}

/**
 * Whether the password is another one than before. One that is generated from now on is only known once it is made, but
 * certainly another.
 *
 * @internal
 */
export function otherPassword(
  before: RedisDeployed | undefined,
  after: RedisDeployed,
  password: Output<string>,
  { passwordBefore }: Pick<RedisArgs, "passwordBefore">,
): Output<boolean> {
  if (before === undefined || passwordBefore === undefined) return pulumi.output(false);
  if (before.passwordGenerated === false && after.passwordGenerated) return pulumi.output(true);
  return pulumi.unsecret(pulumi.all([password, passwordBefore]).apply(([now, then]) => now !== then));
}
