import assert from "node:assert/strict";
import { assertInPlace, assertNothingUnforeseen, assertOrder, assertRefused, lines } from "./assertions";
import { GoogleStack, mutates, project, type Changes } from "./deployment";
import { createCluster } from "../../stand-ins/google/container";
import { createDisk } from "../../stand-ins/google/compute-disks";
import type { RecordedRequest } from "../../stand-ins/google";

type Refused = Awaited<ReturnType<GoogleStack["refused"]>>;

describe("what was on Google Cloud before the stack", function () {
  this.timeout(240_000);

  describe("a disk that was made by hand", () => {
    const dev = new GoogleStack("dev");
    const adopted = (size = "10Gi"): Changes => ({
      disk: { type: "pd-standard", adopt: ["redis-master"] },
      persistence: { size },
    });
    let made: RecordedRequest[];
    let other: Refused;
    let elsewhere: Refused;

    before(async () => {
      createDisk(dev.cloud.store, {
        params: { project, zone: "europe-west1-b" },
        body: { name: "redis-master", sizeGb: "10" },
      });
      await dev.start();
      dev.configure({ disk: { adopt: ["redis-master"] }, persistence: { size: "20Gi" } });
      other = await dev.refused("preview");
      dev.configure({ disk: { adopt: ["redis-mister"] } });
      elsewhere = await dev.refused("preview");
      dev.configure(adopted());
      made = await dev.up();
    });
    after(() => dev.stop());
    afterEach(() => assertNothingUnforeseen(dev));

    it("is refused in the preview while the stack's file says another type or size than it has", () => {
      assert.match(
        other.output,
        /redis-gke:disk\.adopt\.0: "redis-master" is a pd-standard, and is taken over as it is: write disk\.type "pd-standard"/,
      );
      assert.match(
        other.output,
        /redis-gke:disk\.adopt\.0: "redis-master" has 10 GiB, .* write persistence\.size "10Gi"/,
      );
      assert.doesNotMatch(other.output, /unhandled|^\s+at /m);
      assert.deepEqual(lines(other.requests.filter(mutates)), []);
    });

    it("is refused in the preview where there is none of its name", () => {
      assert.match(
        elsewhere.output,
        /redis-gke:disk\.adopt\.0: "redis-mister" is no disk in europe-west1-b: `gcloud compute disks list --filter=name=redis-mister` shows where it is/,
      );
    });

    it("is taken over as it is: neither made again, nor relabelled, nor replaced", () => {
      assert.deepEqual(
        lines(made).filter((line) => /\/disks/.test(line)),
        [`POST /compute/beta/projects/${project}/zones/europe-west1-b/disks/redis-master/addResourcePolicies`],
      );
    });

    it("stays as it is the second time", async () => {
      assert.deepEqual(await dev.plan(), {});
      assert.deepEqual(lines(await dev.up()), []);
    });

    it("grows where it is", async () => {
      dev.configure(adopted("20Gi"));
      assertInPlace((await dev.plan())["Disk redis-0"], "size");
      assert.deepEqual(lines(await dev.up()), [
        `POST /compute/beta/projects/${project}/zones/europe-west1-b/disks/redis-master/resize`,
      ]);
    });

    it("is not forgotten for a new one", async () => {
      dev.configure({ ...adopted("20Gi"), disk: { type: "pd-standard" } });
      await assertRefused(dev, /redis-gke:disk would take away the disk redis-master/);
    });

    it("outlives the stack", async () => {
      dev.configure(adopted("20Gi"));
      const gone = await dev.destroy();
      assert.deepEqual(
        lines(gone).filter((line) => /^DELETE .*\/disks\/|\/global\/snapshots$/.test(line)),
        [],
      );
      assert.deepEqual(dev.left(), [`projects/${project}/zones/europe-west1-b/disks/redis-master`]);
    });
  });

  describe("a disk that was made from a snapshot, as the runbook puts it back", () => {
    const dev = new GoogleStack("dev");
    const restored = "redis-dev-0-restored";
    const changes: Changes = { disk: { adopt: [restored], discard: ["redis-dev-0"] } };

    before(async () => {
      await dev.start();
      await dev.up();
      createDisk(dev.cloud.store, {
        params: { project, zone: "europe-west1-b" },
        body: { name: restored, type: `zones/europe-west1-b/diskTypes/pd-balanced`, sizeGb: "10" },
      });
    });
    after(() => dev.stop());
    afterEach(() => assertNothingUnforeseen(dev));

    it("is refused while nobody has said that the old one may go", async () => {
      dev.configure({ disk: { adopt: [restored] } });
      await assertRefused(dev, /redis-gke:disk would take away the disk redis-dev-0 .*name it in disk\.discard/);
    });

    it("takes the place of the old one, of which a last snapshot is made, and is neither made nor changed itself", async () => {
      dev.configure(changes);
      const asked = await dev.up();
      assertOrder(asked, /\/global\/snapshots$/, /^DELETE .*\/disks\/redis-dev-0$/);
      assert.deepEqual(
        lines(asked).filter((line) => /^POST .*\/disks$|-restored\/(resize|setLabels)$/.test(line)),
        [],
      );
      assert.ok(
        lines(asked).some((line) => line.endsWith(`/disks/${restored}/addResourcePolicies`)),
        lines(asked).join("\n"),
      );
      assert.deepEqual((await dev.outputs()).handles, [`projects/${project}/zones/europe-west1-b/disks/${restored}`]);
    });

    it("needs the permission no longer, and finds nothing to do the second time", async () => {
      dev.configure({ disk: { adopt: [restored] } });
      assert.deepEqual(lines(await dev.up()), []);
    });
  });

  describe("a cluster of others, with a disk of ours in two zones", () => {
    const dev = new GoogleStack("dev");
    const others = `projects/${project}/locations/europe-west1/clusters/others`;
    const changes: Changes = {
      cluster: { location: "europe-west1", existing: "others", deletionProtection: undefined },
      nodePool: { zones: ["europe-west1-b", "europe-west1-c"] },
      disk: { replicaZones: ["europe-west1-b", "europe-west1-c"] },
    };
    let refused: Refused;
    let made: RecordedRequest[];

    before(async () => {
      createCluster(dev.cloud.store, {
        params: { project, location: "europe-west1" },
        body: { cluster: { name: "others", locations: ["europe-west1-b"], initialNodeCount: 1 } },
      });
      await dev.start();
      dev.configure(changes);
      refused = await dev.refused("up", "--yes", "--skip-preview");
      dev.cloud.store.get<object & { workloadIdentityConfig?: object }>(others).workloadIdentityConfig = {
        workloadPool: `${project}.svc.id.goog`,
      };
      made = await dev.up();
    });
    after(() => dev.stop());
    afterEach(() => assertNothingUnforeseen(dev));

    it("is refused while our nodes would be refused there, before anything is changed", () => {
      assert.match(
        refused.output,
        /redis-gke:cluster\.existing: "others" has no workload identity.*--workload-pool=redis-check\.svc\.id\.goog/,
      );
      assert.deepEqual(lines(refused.requests.filter(mutates)), []);
    });

    it("gets a node pool and nothing else: neither a change, nor a network", () => {
      assert.deepEqual(
        lines(made).filter((line) => /\/clusters/.test(line)),
        [`POST /v1beta1/projects/${project}/locations/europe-west1/clusters/others/nodePools`],
      );
      assert.deepEqual(
        lines(made).filter((line) => /networks|routers/.test(line)),
        [],
      );
    });

    it("is written to in both zones, and kept by the same schedule", () => {
      const [disk, schedule] = made.filter(({ path }) => /\/regions\/europe-west1\/disks/.test(path));
      assert.deepEqual(
        (disk!.body as { replicaZones: string[] }).replicaZones.map((zone) => zone.split("/").pop()).sort(),
        ["europe-west1-b", "europe-west1-c"],
      );
      assert.match(schedule!.path, /\/regions\/europe-west1\/disks\/redis-dev-0\/addResourcePolicies$/);
    });

    it("finds nothing to do the second time", async () => {
      assert.deepEqual(await dev.plan(), {});
    });

    it("is left as it was found", async () => {
      await dev.destroy();
      assert.deepEqual(
        dev.left().filter((path) => !/instanceGroupManagers/.test(path)),
        [
          `projects/${project}/locations/europe-west1/clusters/others`,
          `projects/${project}/locations/europe-west1/clusters/others/nodePools/default-pool`,
        ],
      );
    });
  });
});
