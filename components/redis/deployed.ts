import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import type { Mode, RedisArgs, RedisSettings } from "./args";
import { versionOf } from "./image";

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
