import assert from "node:assert/strict";
import { assertInPlace, assertNothingUnforeseen, assertOrder, assertRefused, lines } from "./assertions";
import { GoogleStack, mutates, type Changes } from "./deployment";
import { assertGolden } from "./golden";
import type { RecordedRequest } from "../../stand-ins/google";

describe("prod on Google Cloud, through the official plugin", function () {
  this.timeout(240_000);
  const prod = new GoogleStack("prod");
  let made: RecordedRequest[];

  before(async () => {
    await prod.start();
    made = await prod.up();
  });
  after(() => prod.stop());
  afterEach(() => assertNothingUnforeseen(prod));

  it("asks for what it asked for when it was last looked at", () => assertGolden("prod", made));

  it("has a disk in each of its zones: two in one would be lost together", () => {
    const disks = lines(made).filter((line) => /\/disks$/.test(line));
    assert.deepEqual(disks.map((line) => /zones\/([^/]+)/.exec(line)![1]).sort(), [
      "europe-west1-b",
      "europe-west1-c",
      "europe-west1-d",
    ]);
  });

  it("finds nothing to do the second time, nor when it looks at Google Cloud again", async () => {
    assert.deepEqual(await prod.plan(), {});
    assert.deepEqual(
      lines(await prod.changes("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")),
      [],
    );
  });

  it("takes snapshots at other hours and grows every disk, all where it is", async () => {
    prod.configure(grown);
    const plan = await prod.plan();
    assert.deepEqual(Object.keys(plan).sort(), [
      "Disk redis-0",
      "Disk redis-1",
      "Disk redis-2",
      "ResourcePolicy redis-prod",
    ]);
    assertInPlace(plan["ResourcePolicy redis-prod"], "snapshotSchedulePolicy.schedule.hourlySchedule.hoursInCycle");
    for (const ordinal of [0, 1, 2]) assertInPlace(plan[`Disk redis-${ordinal}`], "size");
    assert.deepEqual(
      lines(await prod.up())
        .map((line) => line.replace(/.*\/europe-west1(-[bcd])?\//, ""))
        .sort(),
      [
        "disks/redis-prod-0/resize",
        "disks/redis-prod-1/resize",
        "disks/redis-prod-2/resize",
        "resourcePolicies/redis-prod-snapshots",
      ],
    );
  });

  const grown: Changes = { persistence: { size: "64Gi" }, disk: { snapshots: { everyHours: 12, retentionDays: 14 } } };
  const refused: [string, Changes, RegExp[]][] = [
    [
      "another place for a protected cluster, which would fail in the middle",
      { cluster: { location: "europe-west1-b" }, nodePool: { zones: ["europe-west1-b"], nodesPerZone: 3 } },
      [
        /redis-gke:cluster\.location: "europe-west1-b" would replace the cluster redis-prod/,
        /deletionProtection: false first/,
      ],
    ],
    [
      "another address range for it",
      { cluster: { ranges: { controlPlane: "10.64.8.16/28" } } },
      [/redis-gke:cluster\.ranges\.controlPlane: "10\.64\.8\.16\/28" would replace the cluster/],
    ],
    ["fewer replicas, whose disks would go", { replicas: 2 }, [/redis-gke:disk would take away the disk redis-prod-2/]],
    [
      "a smaller disk that was allowed to be lost, while it is protected",
      {
        persistence: { size: "32Gi" },
        disk: {
          snapshots: { everyHours: 12, retentionDays: 14 },
          discard: ["redis-prod-0", "redis-prod-1", "redis-prod-2"],
        },
      },
      [/redis-gke:persistence\.size: "32Gi" .*still protected: run pulumi up with nothing else changed first/],
    ],
  ];
  for (const [what, change, words] of refused) {
    it(`refuses ${what}, before Google is asked for anything`, async () => {
      prod.configure({ ...grown, ...change });
      await assertRefused(prod, ...words);
    });
  }

  for (const careless of [["--yes"], ["--yes", "--skip-preview"]]) {
    it(`is not destroyed by mistake (${careless.join(" ")}): no node, no schedule, nothing at all goes before it is refused`, async () => {
      prod.configure(grown);
      const { output, requests } = await prod.refused("destroy", ...careless);
      assert.match(output, /protected/);
      assert.deepEqual(lines(requests.filter(mutates)), []);
    });
  }

  it("is destroyed in two steps by whoever means it: the protection first, which touches nothing else, then all of it", async () => {
    prod.configure({
      ...grown,
      cluster: { deletionProtection: false },
      archive: { protect: false },
      disk: { protect: false, snapshots: { everyHours: 12, retentionDays: 14 } },
    });
    assert.deepEqual(lines(await prod.up()), []);
    const gone = await prod.destroy();
    assertOrder(
      gone,
      /^DELETE .*\/nodePools\//,
      /^DELETE .*\/clusters\/redis-prod$/,
      /^DELETE .*\/subnetworks\/redis-prod$/,
      /^DELETE .*\/networks\/redis-prod$/,
    );
    assert.equal(lines(gone).filter((line) => /^DELETE .*\/disks\/redis-prod-\d$/.test(line)).length, 3);
    assert.deepEqual(prod.left(), []);
  });
});
