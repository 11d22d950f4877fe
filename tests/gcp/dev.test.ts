import assert from "node:assert/strict";
import { nodeInitScript } from "../../components/kernel";
import { assertInPlace, assertNothingUnforeseen, assertOrder, assertRefused, lines } from "./assertions";
import { GoogleStack, type Changes, type Step } from "./deployment";
import { assertGolden } from "./golden";
import type { RecordedRequest } from "../../stand-ins/google";

describe("dev on Google Cloud, through the official plugin", function () {
  this.timeout(240_000);
  const dev = new GoogleStack("dev");
  let made: RecordedRequest[];

  before(async () => {
    await dev.start();
    made = await dev.up();
  });
  after(() => dev.stop());
  afterEach(() => assertNothingUnforeseen(dev));

  it("asks for what it asked for when it was last looked at", () => assertGolden("dev", made));

  it("leaves no output unknown: the program's other half would wait for it in vain", async () => {
    const { deployed, handles } = await dev.outputs();
    assert.deepEqual(handles, ["projects/redis-check/zones/europe-west1-b/disks/redis-dev-0"]);
    assert.ok(deployed);
  });

  it("shows the way into the cluster, which holds no secret", async () => {
    const { kubeconfig } = await dev.outputs();
    const {
      clusters: [{ cluster }],
      users: [{ user }],
    } = JSON.parse(kubeconfig as string) as {
      clusters: [{ cluster: Record<string, string> }];
      users: [{ user: { exec: { command: string } } }];
    };
    assert.match(cluster.server!, /^https:\/\/./);
    assert.ok(cluster["certificate-authority-data"]);
    assert.equal(user.exec.command, "gke-gcloud-auth-plugin");
  });

  it("uploads the tuning as the nodes run it", () => {
    assert.equal(made.find(({ media }) => media !== undefined)?.media, nodeInitScript());
  });

  it("finds nothing to do the second time: what never settles would recreate the nodes at each up", async () => {
    assert.deepEqual(await dev.plan(), {});
    assert.deepEqual(lines(await dev.up()), []);
  });

  it("finds nothing changed when it looks at Google Cloud again", async () => {
    assert.deepEqual(lines(await dev.changes("refresh", "--yes", "--skip-preview", "--expect-no-changes")), []);
  });

  describe("changed where it is, with nothing replaced:", () => {
    const changes: Changes = {
      persistence: { size: "20Gi" },
      disk: { snapshots: { retentionDays: 30 } },
      nodePool: { machineType: "e2-highmem-4" },
    };
    let plan: Record<string, Step>;
    let asked: RecordedRequest[];
    const bodies = (pattern: RegExp) =>
      asked
        .filter(({ method, path }) => pattern.test(`${method} ${path}`))
        .map(({ body }) => body as Record<string, unknown>);

    before(async () => {
      dev.configure(changes);
      dev.appendToTuning("# another line");
      plan = await dev.plan();
      asked = await dev.up();
    });

    it("nothing else than what was meant", () => {
      assert.deepEqual(Object.keys(plan).sort(), [
        "BucketObject redis-dev-node-init",
        "Disk redis-0",
        "NodePool redis",
        "ResourcePolicy redis-dev",
      ]);
      assert.deepEqual(lines(asked.filter(({ method }) => method === "DELETE")), []);
    });

    it("a larger disk", () => {
      assertInPlace(plan["Disk redis-0"], "size");
      assert.deepEqual(bodies(/^POST .*\/disks\/redis-dev-0\/resize$/), [{ sizeGb: 20 }]);
    });

    it("snapshots that are kept longer: as a property of the disk they would replace it", () => {
      assertInPlace(plan["ResourcePolicy redis-dev"], "snapshotSchedulePolicy.retentionPolicy.maxRetentionDays");
      const [body] = bodies(/^PATCH .*\/resourcePolicies\/redis-dev-snapshots$/) as {
        snapshotSchedulePolicy: { retentionPolicy: object };
      }[];
      assert.deepEqual(body?.snapshotSchedulePolicy.retentionPolicy, {
        maxRetentionDays: 30,
        onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS",
      });
    });

    it("the tuning: its object first, then the nodes one at a time by its new generation, not the whole pool at once", () => {
      assertInPlace(plan["BucketObject redis-dev-node-init"], "content", "generation");
      assertInPlace(plan["NodePool redis"], "nodeConfig.linuxNodeConfig.customNodeInit.initScript.gcsGeneration");
      assertOrder(
        asked.filter(({ body, media }) => media !== undefined || JSON.stringify(body).includes("gcsGeneration")),
        /^POST \/upload\//,
        /^PUT .*\/nodePools\/redis-/,
      );
      const before = generationIn(made);
      assert.ok(generationIn(asked) > before, `${generationIn(asked)} is not after ${before}`);
      assert.match(asked.find(({ media }) => media !== undefined)!.media!, /# another line\n$/);
    });

    it("another machine type", () => {
      assertInPlace(plan["NodePool redis"], "nodeConfig.machineType");
      assert.deepEqual(
        bodies(/^PUT .*\/nodePools\/redis-/)
          .map(({ machineType }) => machineType)
          .filter(Boolean),
        ["e2-highmem-4"],
      );
    });

    const refused: [string, Changes, RegExp[]][] = [
      [
        "a smaller disk, which would be a new one",
        { persistence: { size: "10Gi" } },
        [/redis-gke:persistence\.size: "10Gi" is less than the 20 GiB/],
      ],
      [
        "another disk type, which would be a new disk",
        { disk: { type: "pd-ssd" } },
        [/redis-gke:disk\.type: "pd-ssd" \(before: pd-balanced\) would replace the disk redis-dev-0/],
      ],
      [
        "another zone, which would be a new disk in it",
        { cluster: { location: "europe-west1-c" } },
        [/redis-gke:nodePool\.zones: \["europe-west1-c"\] .*would replace the disk redis-dev-0/],
      ],
      [
        "another name, which would leave no disk of the old one",
        { cluster: { name: "other" } },
        [/redis-gke:disk would take away the disk redis-dev-0/],
      ],
    ];
    for (const [what, change, words] of refused) {
      it(`refuses ${what}, before Google is asked for anything`, async () => {
        dev.configure({ ...changes, ...change });
        await assertRefused(dev, ...words);
      });
    }

    it("still refuses it the second time: what a failed up leaves must not disarm the guard", async () => {
      dev.configure({ ...changes, disk: { type: "pd-ssd" } });
      await assertRefused(dev, /redis-gke:disk\.type/);
      dev.configure(changes);
      assert.deepEqual(lines(await dev.up()), []);
    });
  });

  describe("a disk, the last guard of which is its name:", () => {
    const larger = { persistence: { size: "20Gi" } };
    const taken = /^POST .*\/disks$/;

    it("is still there when an up that failed has left no trace of its size, and a smaller one is asked for", async () => {
      await dev.forgetOutputs();
      dev.configure();
      const { output, requests } = await dev.refused("up", "--yes", "--skip-preview");
      assert.match(output, /already exists/);
      assert.deepEqual(
        lines(requests.filter(({ method, path }) => method === "DELETE" || taken.test(`${method} ${path}`))),
        ["POST /compute/beta/projects/redis-check/zones/europe-west1-b/disks"],
      );
      assert.equal(
        dev.cloud.store.get<{ sizeGb: string }>("projects/redis-check/zones/europe-west1-b/disks/redis-dev-0").sizeGb,
        "20",
      );
      assertNothingUnforeseen(dev, taken);
      dev.cloud.requests.length = 0;
    });

    it("is replaced where somebody has said that it may be: a snapshot of it first, then the old one, then the new one", async () => {
      dev.configure({ ...larger, disk: { type: "pd-ssd", discard: ["redis-dev-0"] } });
      assertOrder(
        await dev.up(),
        /\/removeResourcePolicies$/,
        /\/global\/snapshots$/,
        /^DELETE .*\/disks\/redis-dev-0$/,
        taken,
        /\/addResourcePolicies$/,
      );
    });
  });

  describe("when nobody wants it any more", () => {
    it("is destroyed from the top: nothing is deleted that something else still needs, and a snapshot is taken of the disk first", async () => {
      const gone = await dev.destroy();
      assertOrder(
        gone,
        /^DELETE .*\/nodePools\//,
        /^DELETE .*\/clusters\/redis-dev$/,
        /^DELETE .*\/subnetworks\/redis-dev$/,
        /^DELETE .*\/networks\/redis-dev$/,
      );
      assertOrder(
        gone,
        /^POST .*\/removeResourcePolicies$/,
        /^POST .*\/global\/snapshots$/,
        /^DELETE .*\/disks\/redis-dev-0$/,
      );
      assertOrder(gone, /^POST .*\/removeResourcePolicies$/, /^DELETE .*\/resourcePolicies\/redis-dev-snapshots$/);
      assertOrder(
        gone,
        /^DELETE .*\/nodePools\//,
        /^DELETE \/storage\/v1\/b\/[^/]+\/o\//,
        /^DELETE \/storage\/v1\/b\/[^/]+$/,
      );
      assert.deepEqual(dev.left(), []);
    });
  });
});

/** The last version of the script that the node pool was told to run. */
const generationIn = (requests: readonly RecordedRequest[]): string =>
  [...JSON.stringify(requests).matchAll(/"gcsGeneration":"(\d+)"/g)].at(-1)![1]!;
