import assert from "node:assert/strict";
import { SlowDisk } from "../bench/slow-disk";
import { eventually, sleep } from "../support/eventually";
import { PodLab, type Pod } from "../support/pod-lab";

describe("pod scripts: a volume that does not keep up", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let pod: Pod;
  let disk: SlowDisk | undefined;

  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await pod.kill();
    await disk?.remove();
    await lab.destroy();
  });

  it("says in its log that writes waited for a sync, for until then a crash loses more than a second; and when that is over", async () => {
    lab = await PodLab.create();
    pod = lab.standalone();
    disk = new SlowDisk(pod.file("data"), 64);
    pod.start();
    await pod.ready();
    disk.meets(pod.processes);
    let writing = true;
    const writes = pod.with(async (client) => {
      for (let n = 0; writing; n++) {
        await client.set(`key:${n % 1000}`, "x".repeat(200));
        await sleep(5);
      }
    });
    await sleep(1200);
    await disk.stall(4500);
    await eventually("it says so", () =>
      /WARNING: disk: writes waited \d+ times for the last append-only sync/.test(pod.output),
    );
    await eventually("and that it is over", () => /disk: syncs are in time again/.test(pod.output));
    writing = false;
    await writes;
    assert.doesNotMatch(pod.output, /stopped|ended with code/);
  });
});
