import * as container from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import { nodeInitScript, wantedSysctls } from "../../kernel";
import type { Cluster } from "../cluster/cluster";
import { createInitScript } from "./node-init";
import type { NodeIdentity } from "./node-identity";
import { isPoolProtected } from "../rules/deployed";
import type { GoogleCloudSettings } from "../settings";

/** The label and the taint of the nodes: what does not ask for them stays away. */
export const dedication = { key: "redis-gke", value: "dedicated" } as const;

/** For the pods that are to run on the pool, and on nothing else. */
export const nodeSelector = { [dedication.key]: dedication.value };
export const tolerations = [{ key: dedication.key, operator: "Equal", value: dedication.value, effect: "NoSchedule" }];

type NodeConfig = container.NodePoolArgs["nodeConfig"];

/**
 * Never two nodes of a pool at once: a new one is there before an old one goes, and the PodDisruptionBudgets are waited
 * for.
 */
const upgrades = {
  management: { autoRepair: true, autoUpgrade: true },
  upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
};

/**
 * The nodes: a pool that only Redis runs on, with its kernel tuned, and one for the cluster's own pods if the cluster
 * is ours.
 */
export class NodePools extends pulumi.ComponentResource {
  constructor(
    name: string,
    settings: GoogleCloudSettings,
    cluster: Cluster,
    identity: NodeIdentity,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("redis-gke:gke:NodePools", name, {}, opts);
    const init = createInitScript(settings, nodeInitScript(), identity, this);
    const {
      project,
      nodePool: { machineType, zones, nodesPerZone, metadata, sysctls },
    } = settings;
    const ours = settings.cluster.existing === undefined;
    const common = {
      project,
      cluster: cluster.name,
      location: settings.cluster.location,
      nodeLocations: zones,
      ...upgrades,
      // Somebody else's cluster may have no NAT, and then a node without a public address can pull no image.
      ...(ours ? { networkConfig: { enablePrivateNodes: true } } : {}),
    };
    const options = {
      parent: this,
      protect: isPoolProtected(settings),
      dependsOn: [...cluster.ready, ...identity.ready],
      customTimeouts: { create: "45m", update: "120m", delete: "45m" },
    };

    new container.NodePool(
      name,
      {
        ...common,
        nodeCount: nodesPerZone,
        nodeConfig: {
          ...hardened(settings.name, identity, machineType),
          labels: nodeSelector,
          taints: [{ key: dedication.key, value: dedication.value, effect: "NO_SCHEDULE" }],
          metadata: { "disable-legacy-endpoints": "true", ...metadata },
          linuxNodeConfig: {
            sysctls: { ...wantedSysctls, ...sysctls },
            transparentHugepageEnabled: "TRANSPARENT_HUGEPAGE_ENABLED_NEVER",
            transparentHugepageDefrag: "TRANSPARENT_HUGEPAGE_DEFRAG_NEVER",
            customNodeInit: { initScript: { gcsUri: init.gcsUri, gcsGeneration: init.gcsGeneration } },
          },
        },
      },
      { ...options, dependsOn: [...options.dependsOn, ...init.ready] },
    );

    // Without a node that has no taint the cluster's own pods (its DNS among them) run nowhere.
    if (ours)
      new container.NodePool(
        `${name}-system`,
        {
          ...common,
          nodeCount: 1,
          nodeConfig: {
            ...hardened(settings.name, identity, "e2-medium"),
            metadata: { "disable-legacy-endpoints": "true" },
          },
        },
        options,
      );
    this.registerOutputs({});
  }
}

/**
 * What every node of ours has: Google's own system image, verified at boot, an account of its own, no way to the
 * machine's identity for pods.
 */
const hardened = (name: string, identity: NodeIdentity, machineType: string) =>
  ({
    machineType,
    imageType: "COS_CONTAINERD",
    diskType: "pd-balanced",
    diskSizeGb: 50,
    serviceAccount: identity.email,
    oauthScopes: identity.scopes,
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    resourceLabels: { "managed-by": "pulumi", "redis-gke": name },
  }) satisfies NodeConfig;
