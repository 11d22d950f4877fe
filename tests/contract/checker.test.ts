import assert from "node:assert/strict";
import type * as gcp from "@pulumi/gcp";
import { linesOf } from "./golden";
import { mappedTypes } from "./mapping";
import { holdRequest, type RecordedRequest } from "./request";
import { holdResource } from "./resource";

/** A resource of each kind, as the program would ask for it. */
const examples: Record<string, object> = {
  "gcp:compute/network:Network": {
    project: "p",
    autoCreateSubnetworks: false,
    routingMode: "REGIONAL",
    deleteDefaultRoutesOnCreate: false,
  } satisfies gcp.compute.NetworkArgs,
  "gcp:compute/subnetwork:Subnetwork": {
    network: "net-id",
    region: "europe-west1",
    ipCidrRange: "10.0.0.0/20",
    privateIpGoogleAccess: true,
    secondaryIpRanges: [{ rangeName: "pods", ipCidrRange: "10.4.0.0/14" }],
  } satisfies gcp.compute.SubnetworkArgs,
  "gcp:compute/router:Router": { network: "net-id", region: "europe-west1" } satisfies gcp.compute.RouterArgs,
  "gcp:compute/routerNat:RouterNat": {
    router: "router",
    region: "europe-west1",
    natIpAllocateOption: "AUTO_ONLY",
    sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
    subnetworks: [{ name: "sub-id", sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
    logConfig: { enable: true, filter: "ERRORS_ONLY" },
  } satisfies gcp.compute.RouterNatArgs,
  "gcp:compute/disk:Disk": {
    name: "redis-0",
    zone: "europe-west1-b",
    type: "pd-ssd",
    size: 20,
    labels: { app: "redis" },
    createSnapshotBeforeDestroy: true,
  } satisfies gcp.compute.DiskArgs,
  "gcp:compute/regionDisk:RegionDisk": {
    name: "redis-0",
    region: "europe-west1",
    replicaZones: ["europe-west1-b", "europe-west1-c"],
    size: 20,
  } satisfies gcp.compute.RegionDiskArgs,
  "gcp:compute/resourcePolicy:ResourcePolicy": {
    region: "europe-west1",
    snapshotSchedulePolicy: {
      schedule: { dailySchedule: { daysInCycle: 1, startTime: "04:00" } },
      retentionPolicy: { maxRetentionDays: 30, onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS" },
      snapshotProperties: { labels: { app: "redis" }, storageLocations: "eu" },
    },
  } satisfies gcp.compute.ResourcePolicyArgs,
  "gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment": {
    disk: "redis-0",
    name: "policy",
    zone: "europe-west1-b",
  } satisfies gcp.compute.DiskResourcePolicyAttachmentArgs,
  "gcp:compute/regionDiskResourcePolicyAttachment:RegionDiskResourcePolicyAttachment": {
    disk: "redis-0",
    name: "policy",
    region: "europe-west1",
  } satisfies gcp.compute.RegionDiskResourcePolicyAttachmentArgs,
  "gcp:container/cluster:Cluster": {
    name: "redis",
    location: "europe-west1",
    network: "net-id",
    subnetwork: "sub-id",
    networkingMode: "VPC_NATIVE",
    deletionProtection: true,
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: false,
      masterIpv4CidrBlock: "172.16.0.0/28",
    },
    masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "10.0.0.0/8", displayName: "office" }] },
    releaseChannel: { channel: "REGULAR" },
    workloadIdentityConfig: { workloadPool: "p.svc.id.goog" },
    datapathProvider: "ADVANCED_DATAPATH",
    addonsConfig: { gcePersistentDiskCsiDriverConfig: { enabled: true } },
    nodeLocations: ["europe-west1-b"],
    enableShieldedNodes: true,
    resourceLabels: { app: "redis" },
    maintenancePolicy: {
      recurringWindow: {
        startTime: "2026-01-03T02:00:00Z",
        endTime: "2026-01-03T06:00:00Z",
        recurrence: "FREQ=WEEKLY;BYDAY=SA",
      },
    },
    loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
    monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: true } },
  } satisfies gcp.container.ClusterArgs,
  "gcp:container/nodePool:NodePool": {
    cluster: "redis",
    location: "europe-west1",
    nodeLocations: ["europe-west1-b"],
    nodeCount: 1,
    management: { autoRepair: true, autoUpgrade: true },
    upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
    nodeConfig: {
      machineType: "n2-standard-4",
      imageType: "COS_CONTAINERD",
      diskSizeGb: 50,
      diskType: "pd-balanced",
      serviceAccount: "nodes@p.iam.gserviceaccount.com",
      oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
      labels: { pool: "redis" },
      resourceLabels: { app: "redis" },
      metadata: { "disable-legacy-endpoints": "true" },
      taints: [{ key: "redis", value: "true", effect: "NO_SCHEDULE" }],
      workloadMetadataConfig: { mode: "GKE_METADATA" },
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      kubeletConfig: { allowedUnsafeSysctls: ["net.core.somaxconn"] },
      linuxNodeConfig: {
        sysctls: { "net.core.somaxconn": "1024", "vm.overcommit_memory": "1" },
        transparentHugepageEnabled: "TRANSPARENT_HUGEPAGE_ENABLED_NEVER",
        transparentHugepageDefrag: "TRANSPARENT_HUGEPAGE_DEFRAG_NEVER",
        customNodeInit: { initScript: { gcsUri: "gs://bucket/script.sh", gcsGeneration: 1 } },
      },
    },
  } satisfies gcp.container.NodePoolArgs,
  "gcp:serviceaccount/account:Account": {
    accountId: "redis-nodes",
    displayName: "Nodes of Redis",
  } satisfies gcp.serviceaccount.AccountArgs,
  "gcp:projects/iAMMember:IAMMember": {
    project: "p",
    role: "roles/container.defaultNodeServiceAccount",
    member: "serviceAccount:nodes@p.iam.gserviceaccount.com",
  } satisfies gcp.projects.IAMMemberArgs,
  "gcp:projects/service:Service": {
    service: "container.googleapis.com",
    disableOnDestroy: false,
  } satisfies gcp.projects.ServiceArgs,
  "gcp:storage/bucket:Bucket": {
    name: "archive",
    location: "EU",
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    versioning: { enabled: true },
    forceDestroy: false,
    storageClass: "STANDARD",
    lifecycleRules: [
      { action: { type: "Delete" }, condition: { age: 2, matchesPrefixes: ["hourly/"] } },
      { action: { type: "SetStorageClass", storageClass: "NEARLINE" }, condition: { age: 7 } },
    ],
  } satisfies gcp.storage.BucketArgs,
  "gcp:storage/bucketObject:BucketObject": {
    bucket: "archive",
    name: "script.sh",
    content: "#!/bin/sh",
    contentType: "text/x-shellscript",
  } satisfies gcp.storage.BucketObjectArgs,
  "gcp:storage/bucketIAMMember:BucketIAMMember": {
    bucket: "archive",
    role: "roles/storage.objectViewer",
    member: "serviceAccount:nodes@p.iam.gserviceaccount.com",
  } satisfies gcp.storage.BucketIAMMemberArgs,
};

/** The example of a type with one value put in at a path. */
function changed(type: string, path: string, value: unknown): Record<string, unknown> {
  const copy = { ...structuredClone(examples[type]!) };
  const names = path.split(".");
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the path says what is there
  let target: any = copy;
  for (const name of names.slice(0, -1)) target = target[name] ??= {};
  target[names.at(-1)!] = value;
  return copy;
}

const findingsOf = (type: string, path: string, value: unknown) =>
  linesOf(holdResource({ type, inputs: changed(type, path, value) }).findings);

describe("the check of resources against the API", () => {
  it("has an example for every type that it knows", () =>
    assert.deepEqual(Object.keys(examples).sort(), [...mappedTypes].sort()));

  for (const [type, inputs] of Object.entries(examples)) {
    it(`finds nothing wrong with a good ${type}, having compared it`, () => {
      const { held, findings } = holdResource({ type, inputs: { ...inputs } });
      assert.deepEqual(linesOf(findings), []);
      assert.ok(held > 0);
    });
  }

  const pool = "gcp:container/nodePool:NodePool";
  const cluster = "gcp:container/cluster:Cluster";
  const schedule = "gcp:compute/resourcePolicy:ResourcePolicy";
  const bucket = "gcp:storage/bucket:Bucket";
  const linux = "nodeConfig.linuxNodeConfig";
  // prettier-ignore
  const mistakes: [string, string, string, unknown, RegExp][] = [
    ["a wrong enum", pool, `${linux}.transparentHugepageEnabled`, "never", /^nodeConfig\.linuxNodeConfig\.transparentHugepageEnabled "never" is not one of .*_NEVER/],
    ["a wrong enum in a list", pool, "nodeConfig.taints", [{ key: "a", value: "b", effect: "NoSchedule" }], /^nodeConfig\.taints\[0\]\.effect "NoSchedule" is not one of/],
    ["a wrong enum behind another name", cluster, "datapathProvider", "DATAPATH_V2", /^datapathProvider "DATAPATH_V2" is not one of/],
    ["an unknown field", pool, "nodeConfig.linuxNodeConfig.sysctl", { a: "b" }, /^nodeConfig\.linuxNodeConfig\.sysctl is no field of LinuxNodeConfig in container\.v1beta1/],
    ["an unknown field at the top", cluster, "colour", "red", /^colour is no field of Cluster/],
    ["a property of every object's prototype", cluster, "constructor", "red", /^constructor is no field of Cluster/],
    ["a text where a number belongs", pool, "nodeConfig.diskSizeGb", "50", /^nodeConfig\.diskSizeGb "50" is not a whole number/],
    ["a number where a text belongs", pool, "nodeConfig.machineType", 4, /^nodeConfig\.machineType 4 is a number, and the API takes one string/],
    ["a text where a yes or no belongs", pool, "management.autoRepair", "true", /^management\.autoRepair "true" is a string/],
    ["a list where one value belongs", pool, "nodeConfig.machineType", ["a"], /^nodeConfig\.machineType is a list/],
    ["an object where a text belongs", pool, "nodeConfig.machineType", { a: 1 }, /^nodeConfig\.machineType is an object/],
    ["a value where an object belongs", pool, "nodeConfig.linuxNodeConfig", "x", /^nodeConfig\.linuxNodeConfig "x" is a string, and the API takes an object/],
    ["a number that does not fit", pool, "nodeCount", 2 ** 31, /^nodeCount 2147483648 does not fit int32/],
    ["half a node", pool, "nodeCount", 1.5, /^nodeCount 1\.5 is not a whole number/],
    ["a field that only the server writes", cluster, "endpoint", "10.0.0.2", /^endpoint is written by the server/],
    ["a reserved metadata key", pool, "nodeConfig.metadata.startup-script", "#!/bin/sh", /^nodeConfig\.metadata\.startup-script .* is a reserved metadata key/],
    ["a metadata key with a space", pool, "nodeConfig.metadata.a key", "x", /^nodeConfig\.metadata\.a key .* is not a metadata key/],
    ["a sysctl off the list", pool, `${linux}.sysctls`, { "kernel.panic": "1" }, /^nodeConfig\.linuxNodeConfig\.sysctls\.kernel\.panic "1" is not on the list of sysctls/],
    ["a sysctl out of range", pool, `${linux}.sysctls`, { "net.core.somaxconn": "64" }, /^nodeConfig\.linuxNodeConfig\.sysctls\.net\.core\.somaxconn "64" must be 128 to/],
    ["a sysctl that is a number", pool, `${linux}.sysctls`, { "net.core.somaxconn": 1024 }, /sysctls\.net\.core\.somaxconn 1024 is a number, and the API takes one string/],
    ["an unsafe sysctl of no group", pool, "nodeConfig.kubeletConfig.allowedUnsafeSysctls", ["vm.overcommit_memory"], /^nodeConfig\.kubeletConfig\.allowedUnsafeSysctls\[0\] .* is in none of the groups/],
    ["an init script of no generation", pool, `${linux}.customNodeInit.initScript`, { gcsUri: "gs://b/o" }, /initScript\.gcsUri .* needs gcsGeneration/],
    ["an init script of two sources", pool, `${linux}.customNodeInit.initScript.gcpSecretManagerSecretUri`, "projects/1/secrets/s/versions/1", /initScript\.gcsUri .* only one of them may/],
    ["a boot disk that is too small", pool, "nodeConfig.diskSizeGb", 10, /^nodeConfig\.diskSizeGb 10 is less than 15/],
    ["a schedule at an hour that the API has none for", schedule, "snapshotSchedulePolicy.schedule.dailySchedule.startTime", "03:00", /dailySchedule\.startTime "03:00" is not one of 00:00, 04:00/],
    ["an hourly schedule at half past", schedule, "snapshotSchedulePolicy.schedule", { hourlySchedule: { hoursInCycle: 1, startTime: "03:30" } }, /hourlySchedule\.startTime "03:30" is not HH:MM/],
    ["a disk of nothing", "gcp:compute/disk:Disk", "size", 0, /^size 0 is less than 1/],
    ["a disk's name in capitals", "gcp:compute/disk:Disk", "name", "Redis-0", /^name "Redis-0" does not match/],
    ["an account id that is too short", "gcp:serviceaccount/account:Account", "accountId", "redis", /^accountId "redis" does not match/],
    ["a role without its prefix", "gcp:projects/iAMMember:IAMMember", "role", "container.defaultNodeServiceAccount", /^role .* does not match/],
    ["a member without its kind", "gcp:projects/iAMMember:IAMMember", "member", "nodes@p.iam.gserviceaccount.com", /^member .* is no member/],
    ["a wrong lifecycle action", bucket, "lifecycleRules", [{ action: { type: "Remove" }, condition: { age: 2 } }], /^lifecycleRules\[0\]\.action\.type "Remove" is not one of Delete, /],
    ["a lifecycle rule for no condition, which deletes everything", bucket, "lifecycleRules", [{ action: { type: "Delete" }, condition: { matchesPrefixes: [] } }], /^lifecycleRules\[0\]\.condition is empty/],
    ["a number of nodes that the autoscaler has too", pool, "autoscaling", { minNodeCount: 1, maxNodeCount: 3 }, /^nodeCount stands beside autoscaling/],
    ["a disk in no zone", "gcp:compute/disk:Disk", "zone", undefined, /^zone is missing/],
    ["an open bucket's misspelt lock", bucket, "publicAccessPrevention", "enforce", /^publicAccessPrevention "enforce" is not one of inherited, enforced/],
  ];
  for (const [mistake, type, path, value, finding] of mistakes) {
    it(`finds ${mistake}, and says where`, () => {
      const found = findingsOf(type, path, value);
      assert.equal(found.length, 1, found.join("; "));
      assert.match(found[0]!, finding);
    });
  }

  it("refuses a type that nobody has mapped, rather than passing it over", () => {
    assert.deepEqual(
      linesOf(holdResource({ type: "gcp:redis/instance:Instance", inputs: { tier: "BASIC" } }).findings),
      ["gcp:redis/instance:Instance is a type that tests/contract/mapping.ts does not know"],
    );
  });

  it("refuses a resource of which nothing could be compared", () => {
    assert.match(
      linesOf(holdResource({ type: bucket, inputs: { project: "p" } }).findings).join(),
      /no property that could be compared/,
    );
  });

  it("takes a secret for what it stands in place of", () =>
    assert.deepEqual(findingsOf(pool, `${linux}.transparentHugepageEnabled`, "[secret]"), []));
});

describe("the check of recorded requests against the API", () => {
  const disks = { method: "POST", path: "/compute/beta/projects/my-project/zones/europe-west1-b/disks" };
  const pools = { method: "POST", path: "/v1beta1/projects/p/locations/europe-west1/clusters/c/nodePools" };

  it("finds nothing wrong with good ones, whatever the way to write a number of 64 bits", () => {
    for (const sizeGb of ["20", 20])
      assert.deepEqual(
        holdRequest({
          ...disks,
          query: { alt: "json", sourceImage: "i" },
          body: { name: "redis-0", sizeGb, zone: "europe-west1-b", labels: { app: "redis" } },
        }),
        { held: 6, findings: [], id: "compute.beta disks.insert" },
      );
    const good: RecordedRequest[] = [
      { method: "POST", path: "/storage/v1/b", query: { project: "p" }, body: { name: "archive", location: "EU" } },
      { method: "GET", path: "/storage/v1/b/archive/anywhereCaches/" },
      {
        ...pools,
        body: {
          nodePool: {
            name: "redis",
            initialNodeCount: 1,
            config: { linuxNodeConfig: { sysctls: { "net.core.somaxconn": "1024" } } },
          },
        },
      },
      { ...pools, path: `${pools.path}/redis:setSize`, body: { nodeCount: 2 } },
      {
        method: "POST",
        path: "/upload/storage/v1/b/archive/o",
        query: { uploadType: "multipart", name: "script.sh" },
        body: { name: "script.sh", contentType: "text/plain" },
      },
      { method: "GET", path: "/storage/v1/b/archive/o/a%2Fb", query: { projection: "full" } },
      {
        method: "POST",
        path: "/v1/projects/p:setIamPolicy",
        body: { policy: { bindings: [{ role: "roles/viewer", members: ["user:a@example.com"] }] } },
      },
      {
        method: "POST",
        path: "/v1/projects/p/services:batchEnable",
        body: { serviceIds: ["container.googleapis.com"] },
      },
      { method: "DELETE", path: "/v1/projects/p/serviceAccounts/nodes@p.iam.gserviceaccount.com" },
    ];
    for (const request of good) assert.deepEqual(linesOf(holdRequest(request).findings), [], request.path);
  });

  // prettier-ignore
  const mistakes: [string, RecordedRequest, RegExp][] = [
    ["a path that no method has", { method: "POST", path: "/compute/beta/projects/p/zones/z/disc", body: {} }, /^POST \/compute\/beta\/projects\/p\/zones\/z\/disc is no method/],
    ["a verb that the path does not take", { ...disks, method: "PUT", body: {} }, /^PUT .* is no method/],
    ["a verb of the path that no method has", { method: "PUT", path: `${pools.path}/redis:resize`, body: {} }, /^PUT .*redis:resize is no method/],
    ["an unknown field", { ...disks, body: { name: "a", sizeGB: "20" } }, /^sizeGB is no field of Disk in compute\.beta/],
    ["a wrong enum below", { ...pools, body: { nodePool: { config: { taints: [{ effect: "NoSchedule" }] } } } }, /^nodePool\.config\.taints\[0\]\.effect "NoSchedule" is not one of/],
    ["a wrong type", { ...disks, body: { name: "a", sizeGb: "20 GB" } }, /^sizeGb "20 GB" is not a whole number/],
    ["a reserved metadata key", { ...pools, body: { nodePool: { config: { metadata: { "user-data": "x" } } } } }, /^nodePool\.config\.metadata\.user-data "x" is a reserved metadata key/],
    ["a body without what the method requires", { ...disks, body: { sizeGb: 20 } }, /^name is required by disks\.insert/],
    ["no body where one is required", disks, /^name is required by disks\.insert/],
    ["a body that the method does not take", { method: "DELETE", path: `${disks.path}/redis-0`, body: { force: true } }, /^body is not taken by disks\.delete/],
    ["an unknown parameter", { ...disks, query: { zonal: "yes" }, body: { name: "a" } }, /^\?zonal is no parameter of disks\.insert/],
    ["a parameter that is left out", { method: "POST", path: "/storage/v1/b", body: { name: "archive" } }, /^\?project is required by buckets\.insert/],
    ["a parameter of the wrong kind", { method: "GET", path: "/storage/v1/b/archive", query: { projection: "everything" } }, /^\?projection "everything" is not one of full, noAcl/],
    ["a project that can be none", { ...disks, path: disks.path.replace("my-project", "My_Project"), body: { name: "a" } }, /^\?project "My_Project" does not match/],
  ];
  for (const [mistake, request, finding] of mistakes) {
    it(`finds ${mistake}, and says where`, () => {
      const found = linesOf(holdRequest(request).findings);
      assert.equal(found.length, 1, found.join("; "));
      assert.match(found[0]!, finding);
    });
  }
});
