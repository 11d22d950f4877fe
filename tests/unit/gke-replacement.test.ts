import assert from "node:assert/strict";
import type { GoogleCloudDeployed } from "../../components/gke";
import { describeDeployed } from "../../components/gke/rules/deployed";
import { findReplacements } from "../../components/gke/rules/replacement";
import type { GoogleCloudArgs } from "../../components/gke";
import { withDefaults } from "../../components/gke/settings";

const args: GoogleCloudArgs = {
  project: "my-project",
  name: "redis-prod",
  cluster: { location: "europe-west1" },
  nodePool: { zones: ["europe-west1-b", "europe-west1-c", "europe-west1-d"] },
  workload: { dataPods: 3, diskSize: 20, memoryBytes: 2 ** 30, cpus: 0.1, nodesApart: 3 },
};
const unprotected: GoogleCloudArgs = {
  ...args,
  cluster: { ...args.cluster, deletionProtection: false },
  disk: { protect: false },
};
/** As it comes back from the stack's outputs: through JSON. */
const after = (deployed: GoogleCloudArgs): GoogleCloudDeployed =>
  JSON.parse(JSON.stringify(describeDeployed(withDefaults(deployed)))) as GoogleCloudDeployed;
const change = (before: GoogleCloudArgs, now: Partial<GoogleCloudArgs>) =>
  findReplacements(after(before), withDefaults({ ...before, ...now }));

describe("a change that would lose data, or replace what is protected", () => {
  it("has nothing against a first deployment, the same again, a larger disk or another schedule", () => {
    const nothing = { mistakes: [], warnings: [] };
    assert.deepEqual(findReplacements(undefined, withDefaults(args)), nothing);
    assert.deepEqual(change(args, {}), nothing);
    assert.deepEqual(change(args, { workload: { ...args.workload, diskSize: 40 } }), nothing);
    assert.deepEqual(change(args, { disk: { snapshots: { retentionDays: 30 } } }), nothing);
  });

  // prettier-ignore
  const losses: [string, Partial<GoogleCloudArgs>, string, RegExp][] = [
    ["a smaller disk", { workload: { ...args.workload, diskSize: 10 } }, "workload.diskSize", /less than the 20 GiB it has, and a disk cannot shrink: it would replace the disk redis-prod-0/],
    ["another disk type", { disk: { type: "pd-ssd", protect: false } }, "disk.type", /before: pd-balanced\) would replace the disk redis-prod-0/],
    ["other zones", { nodePool: { zones: ["europe-west1-c", "europe-west1-d", "europe-west1-b"] } }, "nodePool.zones", /before: europe-west1-b\) would replace/],
    ["another name", { name: "redis-blue" }, "disk", /take away the disk redis-prod-0/],
    ["adopting another disk in its place", { disk: { adopt: ["restored"], protect: false } }, "disk", /take away the disk redis-prod-0/],
    ["fewer replicas", { workload: { ...args.workload, dataPods: 2 } }, "disk", /take away the disk redis-prod-2 and all that is on it: keep it, or name it in disk\.discard/],
  ];
  for (const [hazard, now, property, reason] of losses) {
    it(`refuses ${hazard}, protected or not`, () => {
      for (const before of [unprotected, args]) {
        const { mistakes } = change(before, { ...now, disk: { ...before.disk, ...now.disk } });
        assert.ok(
          mistakes.some((mistake) => mistake.property === property && reason.test(mistake.reason)),
          JSON.stringify(mistakes),
        );
      }
    });
  }

  it("lets an unprotected disk go when its name was written down, and no other", () => {
    const two = { workload: { ...args.workload, dataPods: 1 } };
    assert.deepEqual(
      change(unprotected, { ...two, disk: { protect: false, discard: ["redis-prod-1", "redis-prod-2"] } }).mistakes,
      [],
    );
    assert.deepEqual(
      change(unprotected, { ...two, disk: { protect: false, discard: ["redis-prod-2"] } }).mistakes.length,
      1,
    );
  });

  it("tells that a protected disk needs two steps, before the second fails half-way", () => {
    const [mistake] = change(args, {
      workload: { ...args.workload, dataPods: 2 },
      disk: { discard: ["redis-prod-2"] },
    }).mistakes;
    assert.match(mistake!.reason, /still protected: run pulumi up with nothing else changed first/);
    const lifted: GoogleCloudArgs = { ...args, disk: { discard: ["redis-prod-2"] } };
    assert.deepEqual(change(args, lifted).mistakes, []);
    assert.deepEqual(change(lifted, { workload: { ...args.workload, dataPods: 2 } }).mistakes, []);
  });

  it("refuses whatever replaces a cluster under deletion protection, and warns where it is not", () => {
    const zonal = { cluster: { location: "europe-west1-b" } };
    assert.match(
      change(args, zonal).mistakes.find(({ property }) => property === "cluster.location")!.reason,
      /under deletion protection: run pulumi up with cluster\.deletionProtection: false first/,
    );
    assert.match(
      change(args, { cluster: { location: "europe-west1", ranges: { pods: "10.80.0.0/16" } } }).mistakes[0]!.property,
      /cluster\.ranges\.pods/,
    );
    assert.match(
      change(args, { cluster: { location: "europe-west1", existing: "shared" } }).mistakes[0]!.property,
      /cluster\.existing/,
    );
    const open = change(unprotected, { cluster: { location: "europe-west1-b", deletionProtection: false } });
    assert.deepEqual(open.mistakes, []);
    assert.match(
      open.warnings.join(),
      /cluster\.location: europe-west1 becomes europe-west1-b: this replaces the cluster/,
    );
    // Taking the protection off and moving it in one step is what fails in the middle.
    assert.equal(
      change(args, { cluster: { location: "europe-west1-b", deletionProtection: false } }).mistakes.length,
      1,
    );
  });

  it("says that another machine type recreates the nodes", () => {
    const { mistakes, warnings } = change(args, { nodePool: { ...args.nodePool, machineType: "n2-highmem-2" } });
    assert.deepEqual(mistakes, []);
    assert.match(warnings.join(), /e2-highmem-2 becomes n2-highmem-2: every node is recreated, one at a time/);
  });

  it("says that other metadata replaces the pool, and refuses it where that would stop in the middle", () => {
    const other = { nodePool: { ...args.nodePool, metadata: { team: "cache" } } };
    assert.deepEqual(change(unprotected, other).mistakes, []);
    assert.match(change(unprotected, other).warnings.join(), /^nodePool\.metadata\.team: this replaces the node pool/);
    const [mistake, ...more] = change(args, other).mistakes;
    assert.deepEqual([mistake!.property, mistake!.value, more], ["nodePool.metadata.team", "cache", []]);
    assert.match(mistake!.reason, /which is protected: run pulumi up with cluster\.deletionProtection: false/);
    assert.equal(change({ ...args, ...other }, { nodePool: args.nodePool }).mistakes.length, 1);
    // An older version of the program did not write down what there was.
    const { metadata, ...older } = after(args).nodePool;
    assert.deepEqual(metadata, {});
    assert.deepEqual(
      findReplacements({ ...after(args), nodePool: older }, withDefaults({ ...args, ...other })).mistakes,
      [],
    );
  });

  it("does not let Redis be taken down in one cluster of others and made in the next unasked", () => {
    const shared: GoogleCloudArgs = { ...args, cluster: { location: "europe-west1", existing: "shared" } };
    const other = { cluster: { location: "europe-west1", existing: "other" } };
    assert.deepEqual(change(shared, {}), { mistakes: [], warnings: [] });
    const [mistake] = change(shared, other).mistakes;
    assert.deepEqual([mistake!.property, mistake!.value], ["cluster.existing", "other"]);
    assert.match(
      mistake!.reason,
      /would take Redis down in the cluster shared in europe-west1 and make it again in the cluster other in europe-west1, .* disk\.protect: false/,
    );
    const open = change({ ...shared, disk: { protect: false } }, other);
    assert.deepEqual(open.mistakes, []);
    assert.match(open.warnings.join(), /cluster\.existing: .* the disks move along/);
    assert.match(
      change(shared, { cluster: { location: "europe-west1" } }).mistakes[0]!.reason,
      /a new cluster in europe-west1/,
    );
  });

  it("reminds of a name that was left in disk.discard, and so of a disk without protection", () => {
    const left = { disk: { discard: ["redis-prod-1"] } };
    assert.match(
      change({ ...args, ...left }, {}).warnings.join(),
      /^disk\.discard: redis-prod-1 may be replaced or deleted .* take it out when that is done$/,
    );
    assert.deepEqual(change(args, { disk: { discard: ["no-disk-of-this-stack"] } }).warnings, []);
  });
});
