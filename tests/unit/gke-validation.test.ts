import assert from "node:assert/strict";
import { parseConfig } from "../../config";

const dev = { mode: "standalone", cluster: { location: "europe-west1-b" } };
const prod = {
  mode: "sentinel",
  cluster: { location: "europe-west1" },
  nodePool: { zones: ["europe-west1-b", "europe-west1-c", "europe-west1-d"] },
  scheduling: { spread: "required" },
};

const parse = (
  own: Record<string, unknown>,
  project: Record<string, string> = { "gcp:project": "my-project" },
  stack = "test",
) => {
  const all = Object.entries(own).map(([key, value]) => [
    `redis-gke:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return parseConfig({ ...Object.fromEntries(all), ...project }, "redis-gke", stack);
};

describe("what Google would refuse, or would do without a word", () => {
  it("takes the smallest config of a stack on Google Cloud: a project and a zone", () => {
    const { config, mistakes } = parse(dev);
    assert.deepEqual(mistakes, []);
    assert.equal(config.google!.name, "redis-test");
    assert.deepEqual(config.google!.workload, {
      dataPods: 1,
      diskSize: 10,
      memoryBytes: 256 * 2 ** 20,
      cpus: 0.1,
      nodesApart: 0,
    });
    assert.equal(config.kernel.tune, true);
    assert.deepEqual(parse(prod).mistakes, []);
  });

  it("takes every region there is, and the zones and machines that people use in them", () => {
    const regions =
      `africa-south1 asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3 asia-south1 asia-south2 asia-southeast1 asia-southeast2 asia-southeast3 australia-southeast1
      australia-southeast2 europe-central2 europe-north1 europe-north2 europe-southwest1 europe-west1 europe-west10 europe-west12 europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9
      me-central1 me-central2 me-west1 northamerica-northeast1 northamerica-northeast2 northamerica-south1 southamerica-east1 southamerica-west1 us-central1 us-east1 us-east4 us-east5 us-south1 us-west1
      us-west2 us-west3 us-west4`.split(/\s+/);
    for (const region of regions)
      assert.deepEqual(
        parse({ ...dev, cluster: { location: region }, nodePool: { zones: [`${region}-b`, `${region}-c`] } }).mistakes,
        [],
        region,
      );
    for (const machineType of [
      "n1-highmem-4",
      "n2-standard-8",
      "n2d-highmem-2",
      "t2d-standard-4",
      "c3-standard-4",
      "c3d-highmem-4",
      "n2-custom-4-20480",
      "n2-custom-2-20480-ext",
    ]) {
      assert.deepEqual(parse({ ...dev, nodePool: { machineType } }).mistakes, [], machineType);
    }
    assert.deepEqual(
      parse({ ...dev, scheduling: { nodeSelector: { "topology.kubernetes.io/zone": "europe-west1-b" } } }).mistakes,
      [],
    );
    assert.deepEqual(parse({ ...prod, disk: { adopt: ["redis-test-0", "old-1"] } }).mistakes, []);
  });

  it("leaves a stack on somebody else's cluster alone", () => {
    const { config, mistakes } = parse({ mode: "sentinel" }, {});
    assert.deepEqual(mistakes, []);
    assert.equal(config.google, undefined);
    assert.equal(config.kernel.tune, false);
    assert.equal(config.redis.scheduling, undefined);
  });

  it("names every mistake at once, each at its key", () => {
    const { mistakes } = parse(
      {
        ...prod,
        cluster: { location: "europe-west", releaseChannel: "FAST" },
        nodePool: { machineType: "e2-medium", metadata: { "startup-script": "x" }, sysctls: { "vm.swapiness": 1 } },
        disk: { type: "pd-fast", adopt: ["Redis_Master"] },
        persistence: { size: "1Gi" },
      },
      {},
    );
    assert.deepEqual(mistakes.map(({ property }) => property).sort(), [
      "cluster.location",
      "cluster.releaseChannel",
      "disk.adopt.0",
      "disk.type",
      "gcp:project",
      "nodePool.machineType",
      "nodePool.metadata.startup-script",
      "nodePool.sysctls.vm.swapiness",
      "persistence.size",
    ]);
  });

  // prettier-ignore
  const cases: [string, Record<string, unknown>, string, RegExp][] = [
    ["a zone that is none", { ...dev, cluster: { location: "europe-west1b" } }, "cluster.location", /neither a zone nor a region: did you mean "europe-west1-b"\?/],
    ["a place that is none at all", { ...dev, cluster: { location: "mars" } }, "cluster.location", /neither a zone nor a region: write e\.g\. "europe-west1-b" or "europe-west1"/],
    ["a region misspelt, which has the form of one", { ...dev, cluster: { location: "eurpe-west1-b" } }, "cluster.location", /did you mean "europe-west1-b"\?/],
    ["the region of another cloud", { ...prod, cluster: { location: "eu-west-1" } }, "cluster.location", /did you mean "europe-west1"\?/],
    ["a zone in capitals", { ...dev, cluster: { location: "Europe-West1-B" } }, "cluster.location", /did you mean "europe-west1-b"\?/],
    ["the one zone that is not there", { ...dev, cluster: { location: "us-east1-a" } }, "cluster.location", /does not have: write "us-east1-b", "us-east1-c", "us-east1-d", or "us-east1"/],
    ["the same zone for the nodes", { ...prod, nodePool: { zones: ["europe-west1-a", "europe-west1-b", "europe-west1-c"] } }, "nodePool.zones.0", /does not have: write e\.g\. "europe-west1-b"/],
    ["a zone misspelt, which has the form of one", { ...prod, nodePool: { zones: ["europe-west1-b", "europe-wset1-c", "europe-west1-d"] } }, "nodePool.zones.1", /is not a zone: did you mean "europe-west1-c"\?/],
    ["no zone at all", { ...dev, nodePool: { zones: [] } }, "nodePool.zones", /is empty.*take it out/],
    ["a zone that is not a list", { ...dev, nodePool: { zones: "europe-west1-b" } }, "nodePool.zones", /must be a list/],
    ["the zone under another name", { ...dev, cluster: { zone: "europe-west1-b" } }, "cluster.zone", /did you mean cluster\.location\?/],
    ["a location that is not there", { ...dev, cluster: {} }, "cluster.location", /is missing/],
    ["a region without the zones of its disks", { ...dev, cluster: { location: "europe-west1" } }, "nodePool.zones", /is needed .* \["europe-west1-b", "europe-west1-c", "europe-west1-d"\]/],
    ["the same in a region that has other zones, which are the ones proposed", { ...dev, cluster: { location: "europe-west4" } }, "nodePool.zones", /\["europe-west4-a", "europe-west4-b", "europe-west4-c"\]/],
    ["a zone outside of the region", { ...dev, nodePool: { zones: ["europe-west1-b", "europe-west4-a"] } }, "nodePool.zones.1", /outside of the cluster's region europe-west1/],
    ["a region where a zone belongs", { ...dev, nodePool: { zones: ["europe-west1"] } }, "nodePool.zones.0", /is not a zone/],
    ["a zone twice", { ...dev, nodePool: { zones: ["europe-west1-b", "europe-west1-b"] } }, "nodePool.zones.1", /twice/],
    ["fewer nodes than hard spread needs", { ...prod, nodePool: { zones: ["europe-west1-b", "europe-west1-c"] } }, "nodePool.nodesPerZone", /makes 2 nodes in 2 zones.*3 are needed/],
    ["no node", { ...dev, nodePool: { nodesPerZone: 0 } }, "nodePool.nodesPerZone", /1 or more/],
    ["a machine type that is none", { ...dev, nodePool: { machineType: "e2-huge-2" } }, "nodePool.machineType", /not a machine type that this program knows/],
    ["a machine type of a size that there is not", { ...dev, nodePool: { machineType: "e2-highmem-3" } }, "nodePool.machineType", /write e2-highmem-2, e2-highmem-4, e2-highmem-8, e2-highmem-16/],
    ["a machine type of its own making in a family without such", { ...dev, nodePool: { machineType: "c3-custom-4-20480" } }, "nodePool.machineType", /not a machine type that this program knows/],
    ["a machine too small for the processors", { ...dev, resources: { cpu: "2" } }, "nodePool.machineType", /leaves 1\.4 vCPUs to Redis, which asks for 2\.0 on a node: .* resources\.cpu/],
    ["a label that no node has: every pod would wait for ever", { ...dev, scheduling: { nodeSelector: { disk: "ssd" } } }, "scheduling.nodeSelector.disk", /no node of the pool has/],
    ["a family without Persistent Disks", { ...dev, nodePool: { machineType: "n4-highmem-4" } }, "nodePool.machineType", /families e2, n1/],
    ["a machine too small for the kernel setting", { ...dev, nodePool: { machineType: "e2-standard-2" } }, "nodePool.machineType", /8 GB of memory, and Google sets vm\.overcommit_memory only from 15 GB/],
    ["a machine too small for the memory", { ...dev, resources: { memory: "14Gi" }, persistence: { size: "100Gi" } }, "nodePool.machineType", /leaves 12\.\d GB to Redis, which needs 14\.0 GB/],
    ["a machine too small for the memory of all pods that may be on it", { ...prod, scheduling: undefined, replicas: 9, resources: { memory: "8Gi" }, persistence: { size: "100Gi" } }, "nodePool.machineType", /needs 24\.0 GB on a node/],
    ["a disk that the machine cannot attach", { ...dev, nodePool: { machineType: "c3-highmem-4" }, disk: { type: "pd-standard" } }, "disk.type", /cannot be attached to c3-highmem-4: write "pd-balanced" or "pd-ssd"/],
    ["a disk type misspelt", { ...dev, disk: { type: "ssd" } }, "disk.type", /"pd-standard" or "pd-balanced" or "pd-ssd"/],
    ["a disk smaller than Google makes", { ...dev, persistence: { size: "5Gi" } }, "persistence.size", /"10Gi" to "65536Gi", in whole Gi/],
    ["a disk of less than nothing", { ...dev, persistence: { size: "-20Gi" } }, "persistence.size", /not a quantity in Mi or Gi/],
    ["the size of a disk where it is looked for", { ...dev, disk: { size: "20Gi" } }, "disk.size", /did you mean persistence\.size\?/],
    ["a size that Google makes no regional disk of", { ...dev, nodePool: { zones: ["europe-west1-b", "europe-west1-c"] }, disk: { type: "pd-standard", replicaZones: ["europe-west1-b", "europe-west1-c"] } }, "persistence.size", /none under 200 GiB: write "200Gi"/],
    ["half a GiB", { ...dev, persistence: { size: "12.5Gi" } }, "persistence.size", /in whole Gi/],
    ["a disk too small for the memory", { ...dev, resources: { memory: "8Gi" }, persistence: { size: "10Gi" } }, "persistence.size", /too small for 8Gi of memory/],
    ["the reserved key startup-script", { ...dev, nodePool: { metadata: { "startup-script": "#!/bin/sh" } } }, "nodePool.metadata.startup-script", /reserved by GKE: the nodes' start-up script is linuxNodeConfig\.customNodeInit/],
    ["any other reserved key", { ...dev, nodePool: { metadata: { "kube-env": "x" } } }, "nodePool.metadata.kube-env", /reserved by GKE/],
    ["a metadata key of another form", { ...dev, nodePool: { metadata: { "my key": "x" } } }, "nodePool.metadata.my key", /letters, digits/],
    ["a sysctl off the list", { ...dev, nodePool: { sysctls: { "vm.swapines": "1" } } }, "nodePool.sysctls.vm.swapines", /did you mean vm\.swappiness/],
    ["a sysctl out of its range", { ...dev, nodePool: { sysctls: { "vm.swappiness": 500 } } }, "nodePool.sysctls.vm.swappiness", /must be 0 to 200/],
    ["a sysctl that is neither text nor number", { ...dev, nodePool: { sysctls: { "vm.swappiness": true } } }, "nodePool.sysctls.vm.swappiness", /text or a number: write "true", in quotes/],
    ["a sysctl that YAML took apart", { ...dev, nodePool: { sysctls: { vm: { swappiness: 1 } } } }, "nodePool.sysctls.vm", /on one line with its whole key/],
    ["opening the old metadata server", { ...dev, nodePool: { metadata: { "disable-legacy-endpoints": "false" } } }, "nodePool.metadata.disable-legacy-endpoints", /always true here/],
    ["tuning downwards", { ...dev, nodePool: { sysctls: { "net.core.somaxconn": 1024 } } }, "nodePool.sysctls.net.core.somaxconn", /below what a node has by itself: write 4096 or more/],
    ["another overcommit than Redis needs", { ...dev, nodePool: { sysctls: { "vm.overcommit_memory": 2 } } }, "nodePool.sysctls.vm.overcommit_memory", /always 1 here/],
    ["a disk name that Google refuses", { ...dev, disk: { adopt: ["redis_master"] } }, "disk.adopt.0", /not a disk name that Google takes/],
    ["one disk for two pods", { ...prod, disk: { adopt: ["a", "a"] } }, "disk.adopt.1", /twice/],
    ["a disk that another pod has by itself", { ...prod, disk: { adopt: ["redis-test-2"] } }, "disk.adopt.0", /the disk that data pod 2 gets by itself/],
    ["more disks than data pods", { ...dev, disk: { adopt: ["a", "b"] } }, "disk.adopt", /more disks than there are data pods \(1\)/],
    ["a regional disk in one zone", { ...dev, disk: { replicaZones: ["europe-west1-b"] } }, "disk.replicaZones", /two zones/],
    ["a regional disk where no node is", { ...dev, disk: { replicaZones: ["europe-west1-b", "europe-west1-c"] } }, "disk.replicaZones", /no node is in \(europe-west1-c\)/],
    ["a regional disk for several pods", { ...prod, disk: { replicaZones: ["europe-west1-b", "europe-west1-c"] } }, "disk.replicaZones", /single disk \(standalone\)/],
    ["snapshots at odd minutes", { ...dev, disk: { snapshots: { everyHours: 6, startTime: "04:30" } } }, "disk.snapshots.startTime", /full hour/],
    ["daily snapshots at an hour that Google has none at", { ...dev, disk: { snapshots: { startTime: "03:00" } } }, "disk.snapshots.startTime", /"00:00", "04:00"/],
    ["snapshots that are kept for no day", { ...dev, disk: { snapshots: { retentionDays: 0 } } }, "disk.snapshots.retentionDays", /1 or more/],
    ["snapshots every 36 hours", { ...dev, disk: { snapshots: { everyHours: 36 } } }, "disk.snapshots.everyHours", /1 to 24/],
    ["an existing cluster with settings of a new one", { ...dev, cluster: { location: "europe-west1-b", existing: "shared", releaseChannel: "STABLE", ranges: { pods: "10.0.0.0/16" } } }, "cluster.releaseChannel", /"shared" is there already/],
    ["ranges that overlap", { ...dev, cluster: { location: "europe-west1-b", ranges: { pods: "10.64.0.0/16" } } }, "cluster.ranges.pods", /overlaps cluster\.ranges\.nodes/],
    ["a range that starts in its middle", { ...dev, cluster: { location: "europe-west1-b", ranges: { nodes: "10.64.0.5/22" } } }, "cluster.ranges.nodes", /starts at its first/],
    ["too few addresses for the pods of all nodes", { ...prod, nodePool: { ...prod.nodePool, nodesPerZone: 3 }, cluster: { location: "europe-west1", ranges: { pods: "10.68.0.0/21" } } }, "cluster.ranges.pods", /a \/24 for 8 nodes, and there may be 14 during an upgrade: write a \/20 or larger/],
    ["too few addresses for the nodes", { ...dev, cluster: { location: "europe-west1-b", ranges: { nodes: "10.64.0.0/30" } } }, "cluster.ranges.nodes", /too small for the 4 nodes .*: write a \/29 or larger/],
    ["too few addresses for the Services", { ...dev, cluster: { location: "europe-west1-b", ranges: { services: "10.72.0.0/28" } } }, "cluster.ranges.services", /\/27 or larger/],
    ["a control plane of another size", { ...dev, cluster: { location: "europe-west1-b", ranges: { controlPlane: "172.16.0.0/24" } } }, "cluster.ranges.controlPlane", /\/28/],
    ["an authorized network that is none", { ...dev, cluster: { location: "europe-west1-b", authorizedNetworks: ["office"] } }, "cluster.authorizedNetworks.0", /203\.0\.113\.7\/32/],
    ["a maintenance window that is no time", { ...dev, cluster: { location: "europe-west1-b", maintenanceStart: "3am" } }, "cluster.maintenanceStart", /"03:00"/],
    ["two ways into a cluster", { ...dev, kubernetes: { context: "minikube" } }, "kubernetes", /keep one of the two/],
    ["disks without a cloud", { mode: "sentinel", disk: { type: "pd-ssd" } }, "disk", /belongs to a cluster on Google Cloud/],
    ["nodes without a cloud", { mode: "sentinel", nodePool: { machineType: "e2-highmem-2" } }, "nodePool", /belongs to a cluster on Google Cloud/],
    ["volumes beside the ones that are made here", { ...dev, persistence: { volumes: ["pv-0"] } }, "persistence.volumes", /use the block disk/],
    ["a name that is too long for the nodes' account", { ...dev, cluster: { location: "europe-west1-b", name: "a-name-of-more-than-twenty-four" } }, "cluster.name", /1 to 24/],
    ["an unknown key deep in a block", { ...dev, disk: { snapshots: { retention: 3 } } }, "disk.snapshots.retention", /did you mean disk\.snapshots\.retentionDays|known ones are/],
  ];
  for (const [hazard, own, property, reason] of cases) {
    it(`refuses ${hazard}`, () => {
      const found = parse(own).mistakes.filter((mistake) => mistake.property === property);
      assert.equal(found.length, 1, `${property}: ${JSON.stringify(parse(own).mistakes)}`);
      assert.match(found[0]!.reason, reason);
    });
  }

  it("wants a project, and says how to name one", () => {
    assert.match(
      parse(dev, {})
        .mistakes.map(({ property, reason }) => `${property} ${reason}`)
        .join(),
      /^gcp:project is missing: pulumi config set gcp:project PROJECT/,
    );
    assert.match(
      parse(dev, { "gcp:project": "My Project" }).mistakes[0]!.reason,
      /not the id of a Google Cloud project/,
    );
  });

  it("says which keys of a new cluster an existing one cannot have, all of them, and accepts it alone", () => {
    const settings = {
      releaseChannel: "STABLE",
      maintenanceStart: "01:00",
      deletionProtection: false,
      authorizedNetworks: [],
      ranges: {},
    };
    const { mistakes } = parse({ ...dev, cluster: { location: "europe-west1-b", existing: "shared", ...settings } });
    assert.deepEqual(
      mistakes.map(({ property }) => property).sort(),
      Object.keys(settings)
        .map((key) => `cluster.${key}`)
        .sort(),
    );
    assert.deepEqual(parse({ ...dev, cluster: { location: "europe-west1-b", existing: "shared" } }).mistakes, []);
  });

  it("refuses a stack whose name cannot name a cluster, and takes it under another one", () => {
    const refused = parse(dev, undefined, "My_Stack").mistakes.filter(({ property }) => property === "cluster.name");
    assert.equal(refused.length, 1);
    assert.deepEqual(
      parse({ ...dev, namespace: "redis", cluster: { ...dev.cluster, name: "redis-mine" } }, undefined, "My_Stack")
        .mistakes,
      [],
    );
  });
});
