import * as container from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import type { FoundCluster } from "./existing-cluster";
import { kubeconfig } from "./kubeconfig";
import { createNetwork, secondaryRanges } from "./network";
import type { NodeIdentity } from "../nodes/node-identity";
import type { GoogleCloudSettings } from "../settings";

/** A GKE cluster: made, or found by its name. */
export class Cluster extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** `projects/P/locations/L/clusters/N`: another one is another cluster, whatever else is the same. */
  readonly id: pulumi.Output<string>;
  /** For kubectl and for Pulumi; holds no secret, the identity is Google's. */
  readonly kubeconfig: pulumi.Output<string>;
  /** What nodes need before they can start: the cluster, and a way to their images. */
  readonly ready: pulumi.Resource[];

  constructor(
    name: string,
    settings: GoogleCloudSettings,
    identity: NodeIdentity,
    existing?: pulumi.Output<FoundCluster>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("redis-gke:gke:Cluster", name, {}, opts);
    const found = existing === undefined ? this.create(settings, identity) : accessTo(existing);
    this.name = found.name;
    this.id = found.id;
    this.ready = found.ready;
    // Google hands the authority out among the secrets of an old way to log in; by itself it is none, and a person
    // needs the kubeconfig.
    this.kubeconfig = kubeconfig({ ...found, certificate: pulumi.unsecret(found.certificate) });
    this.registerOutputs({ name: this.name, id: this.id, kubeconfig: this.kubeconfig });
  }

  private create(settings: GoogleCloudSettings, identity: NodeIdentity) {
    const { name, project, cluster, nodePool } = settings;
    const elsewhere = nodePool.zones.filter((zone) => zone !== cluster.location);
    const { network, subnetwork, nat } = createNetwork(settings, this, identity.services);
    const created = new container.Cluster(
      name,
      {
        name,
        project,
        location: cluster.location,
        // A region without these takes three zones of its own choice, which need not be those of the disks.
        ...(elsewhere.length === 0 ? {} : { nodeLocations: elsewhere }),
        network: network.id,
        subnetwork: subnetwork.id,
        networkingMode: "VPC_NATIVE",
        ipAllocationPolicy: {
          clusterSecondaryRangeName: secondaryRanges.pods,
          servicesSecondaryRangeName: secondaryRanges.services,
        },
        privateClusterConfig: {
          enablePrivateNodes: true,
          enablePrivateEndpoint: false,
          masterIpv4CidrBlock: cluster.ranges.controlPlane,
        },
        ...(cluster.authorizedNetworks.length === 0
          ? {}
          : {
              masterAuthorizedNetworksConfig: {
                cidrBlocks: cluster.authorizedNetworks.map((cidrBlock) => ({ cidrBlock })),
              },
            }),
        datapathProvider: "ADVANCED_DATAPATH",
        releaseChannel: { channel: cluster.releaseChannel },
        maintenancePolicy: { dailyMaintenanceWindow: { startTime: cluster.maintenanceStart } },
        workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
        enableShieldedNodes: true,
        resourceLabels: { "managed-by": "pulumi", "redis-gke": name },
        deletionProtection: cluster.deletionProtection,
        // The pool that comes with every cluster lives for a minute; it must not run as the project's all-powerful
        // default account either.
        removeDefaultNodePool: true,
        initialNodeCount: 1,
        nodeConfig: { serviceAccount: identity.email, oauthScopes: identity.scopes },
      },
      {
        parent: this,
        dependsOn: identity.ready,
        // Once that pool is gone Google reports the configuration of another one here, and a difference in it would
        // replace the cluster.
        ignoreChanges: ["nodeConfig", "initialNodeCount"],
        customTimeouts: { create: "45m", update: "90m", delete: "45m" },
      },
    );
    return {
      name: created.name,
      id: created.id,
      endpoint: created.endpoint,
      certificate: created.masterAuth.clusterCaCertificate,
      ready: [created, nat],
    };
  }
}

const accessTo = (found: pulumi.Output<FoundCluster>) => ({
  name: found.name,
  id: found.id,
  endpoint: found.endpoint,
  certificate: found.masterAuths.apply(([auth]) => auth!.clusterCaCertificate),
  ready: [],
});
