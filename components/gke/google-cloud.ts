import * as pulumi from "@pulumi/pulumi";
import { refuseChanges, together } from "../changes";
import { refuse } from "../mistake";
import { createArchiveBucket } from "./archive-bucket";
import type { GoogleCloudArgs } from "./args";
import { findUnfitDisks } from "./disks/adopted-disks";
import { Cluster } from "./cluster/cluster";
import { Disks, type DataDisk } from "./disks/disks";
import { lookUp, unsuitable, type FoundCluster } from "./cluster/existing-cluster";
import { createNodeIdentity } from "./nodes/node-identity";
import { NodePools } from "./nodes/node-pool";
import { describeDeployed, findReplacements, type Deployed } from "./rules/replacement";
import { withDefaults, type GoogleCloudSettings } from "./settings";
import { findMistakes } from "./rules/validation";

/**
 * The Google Cloud half of a stack: a GKE cluster (made, or found), nodes that are tuned for Redis and run nothing
 * else, and the disks that hold its data.
 *
 * @example
 * const google = new GoogleCloud("redis", { project, name: "redis-dev", cluster: { location: "europe-west1-b" },
 * workload }); const provider = new k8s.Provider("kubernetes", google.kubernetes, { dependsOn: google });
 *
 * @throws InputPropertiesError with every mistake in the arguments, before any resource is made
 */
export class GoogleCloud extends pulumi.ComponentResource {
  /** For a `k8s.Provider`: how to reach the cluster, and what makes it another one. */
  readonly kubernetes: { kubeconfig: pulumi.Output<string>; clusterIdentifier: pulumi.Output<string> };
  /** The disks, in the order of the data pods. */
  readonly disks: DataDisk[];
  /** The bucket that archives go to, once it may be used; undefined if none was asked for. */
  readonly archive?: { bucket: pulumi.Output<string> };
  /** To be handed in again as `before` by the next deployment. */
  readonly deployed: Deployed;

  constructor(name: string, args: GoogleCloudArgs, opts?: pulumi.ComponentResourceOptions) {
    super("redis-gke:gke:GoogleCloud", name, {}, opts);
    refuse("GoogleCloud", name, findMistakes(args));
    const settings = withDefaults(args);

    const existing = lookUp(settings);
    const identity = createNodeIdentity(settings, refuseWhatFails(settings, args, existing), this);
    const cluster = new Cluster(name, settings, identity, existing, { parent: this });
    new NodePools(name, settings, cluster, identity, { parent: this });
    this.disks = new Disks(name, settings, identity.services, { parent: this }).disks;

    this.archive = settings.archive && {
      bucket: createArchiveBucket(
        settings,
        settings.archive,
        { services: identity.services, cluster: cluster.ready },
        this,
      ),
    };

    // Told by its id, the provider is replaced, and with it everything in the cluster, only when the cluster is another
    // one.
    this.kubernetes = { kubeconfig: cluster.kubeconfig, clusterIdentifier: cluster.id };
    this.deployed = describeDeployed(settings);
    this.registerOutputs({ kubeconfig: cluster.kubeconfig });
  }
}

/**
 * The project, once it is sure that nothing is lost in it, nor fails half-way: everything else waits for the services
 * that are switched on there.
 */
function refuseWhatFails(
  settings: GoogleCloudSettings,
  { before, describe }: GoogleCloudArgs,
  existing?: pulumi.Output<FoundCluster>,
): pulumi.Output<string> {
  const found = pulumi
    .all([before, existing])
    .apply(async ([deployed, cluster]) =>
      together([
        findReplacements(deployed, settings),
        await findUnfitDisks(settings, deployed),
        { mistakes: cluster ? unsuitable(cluster, settings) : [], warnings: [] },
      ]),
    );
  return refuseChanges(found, describe).apply(() => settings.project);
}
