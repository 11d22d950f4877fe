import * as pulumi from "@pulumi/pulumi";
import { refuseChanges, together } from "../changes";
import { throwMistakes } from "../mistake";
import { createArchiveBucket } from "./archive-bucket";
import type { GoogleCloudArgs } from "./args";
import { findUnfitDisks } from "./disks/adopted-disks";
import { Cluster } from "./cluster/cluster";
import type { DataDisk } from "./disks/data-disk";
import { Disks } from "./disks/disks";
import { enableServices } from "./cluster/services";
import { lookUp, unsuitable, type FoundCluster } from "./cluster/existing-cluster";
import { createNodeIdentity } from "./nodes/node-identity";
import { NodePools } from "./nodes/node-pool";
import type { GoogleCloudDeployed } from "./deployed";
import { describeDeployed } from "./rules/deployed";
import { findReplacements } from "./rules/replacement";
import { withDefaults, type GoogleCloudSettings } from "./settings";
import { findMistakes } from "./rules/validation";

/**
 * The Google Cloud half of a stack: a GKE cluster (made, or found), nodes that are tuned for Redis and run nothing
 * else, and the disks that hold its data.
 *
 * @example
 * const cluster = { location: "europe-west1-b" };
 * const google = new GoogleCloud("redis", { project, name: "redis-dev", cluster, workload });
 * const needed = { enablePatchForce: true, enableConfigMapMutable: true };
 * const provider = new k8s.Provider("kubernetes", { ...google.kubernetes, ...needed }, { dependsOn: google });
 *
 * @throws InputPropertiesError with every mistake in the arguments, before any resource is made. RunError, in the
 * preview, for a change that would lose data, held against `before`, and for a cluster or disk that does not fit.
 */
export class GoogleCloud extends pulumi.ComponentResource {
  /** For a `k8s.Provider`: how to reach the cluster, and what makes it another one. */
  readonly kubernetes: { kubeconfig: pulumi.Output<string>; clusterIdentifier: pulumi.Output<string> };
  /** The disks, in the order of the data pods. */
  readonly disks: DataDisk[];
  /** The bucket that archives go to, once it may be used; undefined if none was asked for. */
  readonly archive?: { bucket: pulumi.Output<string> };
  /** To be handed in again as `before` by the next deployment. */
  readonly deployed: GoogleCloudDeployed;

  constructor(name: string, args: GoogleCloudArgs, opts?: pulumi.ComponentResourceOptions) {
    super("redis-gke:gke:GoogleCloud", name, {}, opts);
    throwMistakes("GoogleCloud", name, findMistakes(args));
    const settings = withDefaults(args);

    const existing = lookUp(settings);
    // No disk is lost, and nothing fails half-way: all that follows waits for this.
    const approved = refuseLossAndFailure(settings, args, existing);
    const services = enableServices(settings, approved, this);
    const identity = createNodeIdentity(settings, services, this);
    const cluster = new Cluster(name, settings, identity, existing, { parent: this });
    new NodePools(name, settings, cluster, identity, { parent: this });
    this.disks = new Disks(name, settings, services, { parent: this }).disks;

    this.archive = settings.archive && {
      bucket: createArchiveBucket(settings, settings.archive, { services, cluster: cluster.ready }, this),
    };

    // Told by its id, the provider is replaced, and with it everything in the cluster, only when the cluster is another
    // one.
    this.kubernetes = { kubeconfig: cluster.kubeconfig, clusterIdentifier: cluster.id };
    this.deployed = describeDeployed(settings);
    this.registerOutputs({ kubeconfig: cluster.kubeconfig });
  }
}

/** Done once it is sure that the change loses no disk and fails nowhere half-way; refused in the preview otherwise. */
function refuseLossAndFailure(
  settings: GoogleCloudSettings,
  { before, describe }: GoogleCloudArgs,
  existing?: pulumi.Output<FoundCluster>,
): pulumi.Output<void> {
  const found = pulumi
    .all([before, existing])
    .apply(async ([deployed, cluster]) =>
      together([
        findReplacements(deployed, settings),
        await findUnfitDisks(settings, deployed),
        { mistakes: cluster ? unsuitable(cluster, settings) : [], warnings: [] },
      ]),
    );
  return refuseChanges(found, describe);
}
