/** How the properties of a Pulumi resource reach the API, where they do not simply bear the names of its fields. */
export interface Mapping {
  document: string;
  /** The schema that the resource's properties are fields of. */
  schema: string;
  /** Property (as a path without indices) -> field, as a path from the field that its parent stands for. */
  renamed?: Record<string, string>;
  /** Properties that are no field: why. Nothing else may be left out. */
  own?: Record<string, string>;
}

const inPath = "names what the request is sent to";
const ownForAll = { project: inPath, deletionPolicy: "says what Pulumi does when the resource goes" };
const snapshotFirst = {
  createSnapshotBeforeDestroy: "makes the provider take a snapshot before it deletes",
  createSnapshotBeforeDestroyPrefix: "names that snapshot",
};

/** The node configuration is a field of the cluster and of the pool. */
const nodeConfig: Record<string, string> = {
  "nodeConfig.guestAccelerators": "accelerators",
  "nodeConfig.guestAccelerators.count": "acceleratorCount",
  "nodeConfig.guestAccelerators.type": "acceleratorType",
  "nodeConfig.linuxNodeConfig.hugepagesConfig": "hugepages",
  "nodeConfig.loggingVariant": "loggingConfig.variantConfig.variant",
  "nodeConfig.resourceManagerTags": "resourceManagerTags.tags",
};

const disk = {
  renamed: { image: "sourceImage", size: "sizeGb", snapshot: "sourceSnapshot" },
  own: snapshotFirst,
};

const mappings: Readonly<Record<string, Mapping>> = {
  "gcp:compute/network:Network": {
    document: "compute.beta",
    schema: "Network",
    renamed: {
      routingMode: "routingConfig.routingMode",
      bgpBestPathSelectionMode: "routingConfig.bgpBestPathSelectionMode",
    },
    own: { deleteDefaultRoutesOnCreate: "makes the provider delete routes after it created the network" },
  },
  "gcp:compute/subnetwork:Subnetwork": {
    document: "compute.beta",
    schema: "Subnetwork",
    own: { sendSecondaryIpRangeIfEmpty: "decides whether an empty list is sent" },
  },
  "gcp:compute/router:Router": { document: "compute.beta", schema: "Router", own: { region: inPath } },
  "gcp:compute/routerNat:RouterNat": {
    document: "compute.beta",
    schema: "RouterNat",
    renamed: { "subnetworks.sourceIpRangesToNats": "sourceIpRangesToNat" },
    own: { region: inPath, router: inPath, initialNatIps: "are sent once, as natIps" },
  },
  "gcp:compute/disk:Disk": {
    document: "compute.beta",
    schema: "Disk",
    renamed: disk.renamed,
    own: { ...disk.own, zone: inPath },
  },
  "gcp:compute/regionDisk:RegionDisk": {
    document: "compute.beta",
    schema: "Disk",
    renamed: disk.renamed,
    own: { ...disk.own, region: inPath },
  },
  "gcp:compute/resourcePolicy:ResourcePolicy": {
    document: "compute.beta",
    schema: "ResourcePolicy",
    renamed: { "snapshotSchedulePolicy.snapshotProperties.storageLocations": "storageLocations[]" },
    own: { region: inPath },
  },
  "gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment": {
    document: "compute.beta",
    schema: "DisksAddResourcePoliciesRequest",
    renamed: { name: "resourcePolicies[]" },
    own: { disk: inPath, zone: inPath },
  },
  "gcp:compute/regionDiskResourcePolicyAttachment:RegionDiskResourcePolicyAttachment": {
    document: "compute.beta",
    schema: "RegionDisksAddResourcePoliciesRequest",
    renamed: { name: "resourcePolicies[]" },
    own: { disk: inPath, region: inPath },
  },
  "gcp:container/cluster:Cluster": {
    document: "container.v1beta1",
    schema: "Cluster",
    renamed: {
      ...nodeConfig,
      datapathProvider: "networkConfig.datapathProvider",
      defaultMaxPodsPerNode: "defaultMaxPodsConstraint.maxPodsPerNode",
      defaultSnatStatus: "networkConfig.defaultSnatStatus",
      dnsConfig: "networkConfig.dnsConfig",
      enableIntranodeVisibility: "networkConfig.enableIntraNodeVisibility",
      enableL4IlbSubsetting: "networkConfig.enableL4ilbSubsetting",
      enableShieldedNodes: "shieldedNodes.enabled",
      "loggingConfig.enableComponents": "componentConfig.enableComponents",
      "maintenancePolicy.dailyMaintenanceWindow": "window.dailyMaintenanceWindow",
      "maintenancePolicy.recurringWindow": "window.recurringWindow",
      "maintenancePolicy.recurringWindow.endTime": "window.endTime",
      "maintenancePolicy.recurringWindow.startTime": "window.startTime",
      minMasterVersion: "initialClusterVersion",
      "monitoringConfig.enableComponents": "componentConfig.enableComponents",
      "monitoringConfig.managedPrometheus": "managedPrometheusConfig",
      nodeLocations: "locations",
    },
    own: {
      deletionProtection: "makes the provider refuse to delete",
      location: inPath,
      networkingMode: "makes the provider send ipAllocationPolicy.useIpAliases",
      removeDefaultNodePool: "makes the provider delete the default pool",
    },
  },
  "gcp:container/nodePool:NodePool": {
    document: "container.v1beta1",
    schema: "NodePool",
    renamed: {
      ...nodeConfig,
      maxPodsPerNode: "maxPodsConstraint.maxPodsPerNode",
      nodeConfig: "config",
      nodeCount: "initialNodeCount",
      nodeLocations: "locations",
    },
    own: { cluster: inPath, location: inPath, namePrefix: "is the first part of a name that the provider makes up" },
  },
  "gcp:serviceaccount/account:Account": {
    document: "iam.v1",
    schema: "CreateServiceAccountRequest",
    renamed: { description: "serviceAccount.description", displayName: "serviceAccount.displayName" },
    own: { createIgnoreAlreadyExists: "says what the provider does with an error", disabled: "is a call of its own" },
  },
  "gcp:projects/iAMMember:IAMMember": {
    document: "cloudresourcemanager.v1",
    schema: "SetIamPolicyRequest",
    renamed: {
      condition: "policy.bindings[].condition",
      member: "policy.bindings[].members[]",
      role: "policy.bindings[].role",
    },
  },
  "gcp:projects/service:Service": {
    document: "serviceusage.v1",
    schema: "BatchEnableServicesRequest",
    renamed: { service: "serviceIds[]" },
    own: {
      checkIfServiceHasUsageOnDestroy: "says what happens when the resource goes",
      disableDependentServices: "says what happens when the resource goes",
      disableOnDestroy: "says what happens when the resource goes",
    },
  },
  "gcp:storage/bucket:Bucket": {
    document: "storage.v1",
    schema: "Bucket",
    renamed: {
      lifecycleRules: "lifecycle.rule",
      "lifecycleRules.condition.matchesPrefixes": "matchesPrefix",
      "lifecycleRules.condition.matchesStorageClasses": "matchesStorageClass",
      "lifecycleRules.condition.matchesSuffixes": "matchesSuffix",
      publicAccessPrevention: "iamConfiguration.publicAccessPrevention",
      requesterPays: "billing.requesterPays",
      uniformBucketLevelAccess: "iamConfiguration.uniformBucketLevelAccess.enabled",
    },
    own: {
      forceDestroy: "makes the provider delete the objects first",
      "lifecycleRules.condition.sendAgeIfZero": "decides whether a 0 is sent",
      "lifecycleRules.condition.withState": "makes the provider send isLive",
    },
  },
  "gcp:storage/bucketObject:BucketObject": {
    document: "storage.v1",
    schema: "Object",
    own: {
      bucket: inPath,
      content: "is the object itself",
      source: "is the object itself",
      forceEmptyContentType: "decides whether an empty text is sent",
    },
  },
  "gcp:storage/bucketIAMMember:BucketIAMMember": {
    document: "storage.v1",
    schema: "Policy",
    renamed: { condition: "bindings[].condition", member: "bindings[].members[]", role: "bindings[].role" },
    own: { bucket: inPath },
  },
};

/** The mapping of a type with what is true of all of them; undefined for a type that nobody has mapped. */
export function mappingOf(type: string): Required<Mapping> | undefined {
  const found = Object.hasOwn(mappings, type) ? mappings[type] : undefined;
  return found && { renamed: {}, ...found, own: { ...ownForAll, ...found.own } };
}

export const mappedTypes = Object.keys(mappings);
