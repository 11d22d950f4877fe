import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { eventually, sleep } from "../support/eventually";
import { PodLab, type Pod } from "../support/pod-lab";

describe("pod scripts: a volume that is full", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let pod: Pod;
  const small = () => execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "lab", pod.file("data")]);
  const grow = (megabytes: number) => execFileSync("mount", ["-o", `remount,size=${megabytes}m`, pod.file("data")]);

  beforeEach(async function () {
    if (process.getuid?.() !== 0) return this.skip();
    lab = await PodLab.create();
    pod = lab.standalone();
    small();
    await ready();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await pod.kill();
    execFileSync("umount", ["-l", pod.file("data")]);
    await lab.destroy();
  });
  const ready = async () => {
    pod.start();
    await pod.ready();
  };
  const written = new Map<string, string>();

  /** Writes until it is refused; what was acknowledged, and the refusal. */
  const fill = () =>
    pod.with(async (client) => {
      written.clear();
      for (let n = 0; n < 10_000; n++) {
        const value = `${n}:${"x".repeat(3000)}`;
        try {
          await client.set(`key:${n}`, value);
        } catch (error) {
          return (error as Error).message;
        }
        written.set(`key:${n}`, value);
      }
      throw new Error("never refused");
    });
  const lost = () =>
    pod.with(async (client) => {
      const missing: string[] = [];
      for (const [key, value] of written) if ((await client.get(key)) !== value) missing.push(key);
      return missing;
    });

  it("refuses writes with a clear error, goes on reading, heals when the volume grows, and has lost nothing over a restart after that", async () => {
    const refusal = await fill();
    assert.match(refusal, /^MISCONF .*(No space left on device|disk)/);
    assert.ok(written.size > 1000, `${written.size} writes`);
    assert.deepEqual(await lost(), [], "reads go on");
    assert.equal(pod.probe("alive.sh", "6379").code, 0);
    assert.equal(pod.probe("redis-ready.sh").code, 0, "it goes on serving reads");
    grow(64);
    await eventually("writes are taken again", () => pod.with((client) => client.set("after", "yes")));
    await sleep(1200);
    await pod.kill();
    await ready();
    assert.deepEqual(await lost(), []);
    assert.deepEqual(
      fs.readdirSync(pod.file("data")).filter((name) => name.startsWith("temp-")),
      [],
    );
  });

  it("starts on a volume that is still full, to be read from, and never in a loop", async () => {
    await fill();
    await sleep(1200);
    fs.writeFileSync(pod.file("data/temp-1.rdb"), "");
    await pod.kill();
    await ready();
    // What the log could not take any more was in memory only; all before that is there.
    assert.ok((await lost()).length <= 2, `${(await lost()).length} lost`);
    grow(64);
    await eventually("writes are taken again", () => pod.with((client) => client.set("after", "yes")));
  });

  it("is no node that has everything: the last write was acknowledged, and the file lacks it", async () => {
    const stopsAsMaster = () => pod.call(["lib.sh", "clean-stop.sh"], "stops_as_master").code === 0;
    assert.ok(stopsAsMaster());
    await fill();
    assert.ok(!stopsAsMaster());
  });

  it("says in its log, once for each step, that it fills, and when there is room again", async () => {
    await fill();
    await eventually("the last step", () =>
      /WARNING: disk: (99|100) % of \S+ used, 0 of 8 MB are free/.test(pod.output),
    );
    await sleep(2500);
    assert.equal(
      pod.output.match(/WARNING: disk: /g)?.length ?? 0,
      new Set(pod.output.match(/WARNING: disk: \d+ %/g)).size,
      "each step once",
    );
    assert.match(
      pod.probe("disk-status.sh").output,
      /^# Disk\ndisk_percent:(99|100)\ndisk_free:\d+\ndisk_size:8388608\n$/,
    );
    grow(64);
    await eventually("room again", () => /disk: \d+ % of \S+ used, there is room again/.test(pod.output));
  });

  it("gives back the room of an interrupted rewrite at start", async () => {
    fs.writeFileSync(pod.file("data/temp-rewriteaof-bg-9.aof"), Buffer.alloc(5 * 2 ** 20));
    const refusal = await fill();
    assert.match(refusal, /^MISCONF/);
    await pod.kill();
    await ready();
    assert.ok(!fs.existsSync(pod.file("data/temp-rewriteaof-bg-9.aof")));
    assert.equal(await pod.with((client) => client.set("after", "yes")), "OK");
  });
});
