import * as compute from "@pulumi/gcp/compute";
import type { ComponentResource, Resource } from "@pulumi/pulumi";
import type { GoogleCloudSettings } from "../settings";

/** The names under which the subnetwork lends addresses to pods and Services. */
export const secondaryRanges = { pods: "pods", services: "services" } as const;

export interface ClusterNetwork {
  network: compute.Network;
  subnetwork: compute.Subnetwork;
  /** What lets nodes without a public address pull images. */
  nat: compute.RouterNat;
}

/** A network of the cluster's own: one subnetwork, and a way out that nobody can come in by. */
export function createNetwork(
  { name, project, region, cluster }: GoogleCloudSettings,
  parent: ComponentResource,
  dependsOn: Resource[],
): ClusterNetwork {
  const network = new compute.Network(
    name,
    { name, project, autoCreateSubnetworks: false, routingMode: "REGIONAL" },
    { parent, dependsOn },
  );
  const subnetwork = new compute.Subnetwork(
    name,
    {
      name,
      project,
      region,
      network: network.id,
      ipCidrRange: cluster.ranges.nodes,
      secondaryIpRanges: [
        { rangeName: secondaryRanges.pods, ipCidrRange: cluster.ranges.pods },
        { rangeName: secondaryRanges.services, ipCidrRange: cluster.ranges.services },
      ],
      // Google's own services (logs, the start-up script's bucket) are reached without the detour through the NAT.
      privateIpGoogleAccess: true,
    },
    { parent },
  );
  const router = new compute.Router(name, { name, project, region, network: network.id }, { parent });
  const nat = new compute.RouterNat(
    name,
    {
      name,
      project,
      region,
      router: router.name,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    },
    { parent },
  );
  return { network, subnetwork, nat };
}
