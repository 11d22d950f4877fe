import assert from "node:assert/strict";
import * as fs from "node:fs";
import { Archives, everyKind } from "../support/archives";
import { besideDatabase0 } from "../support/beside-database-0";
import { DataFiles, flip } from "../support/damage";
import { eventually, sleep } from "../support/eventually";
import { long } from "../support/long";
import { PodLab, type Pod } from "../support/pod-lab";

describe("pod scripts: an archive restored into a Redis with sentinels", function () {
  this.timeout(long ? 900_000 : 180_000);
  let lab: PodLab;
  let archives: Archives;
  let redis: Pod[];
  let sentinels: Pod[];
  let keys: number;

  beforeEach(async () => {
    lab = await PodLab.create();
    archives = await Archives.create(lab);
    const made = await archives.make((client) => everyKind(client, "archived"));
    keys = made.keys;
    archives.put("2026-11-25T07-00-13Z", made.rdb, made);
    await lab.pods.get("source-0")!.stop();
    lab.pods.delete("source-0");
    ({ redis, sentinels } = lab.sentinelTopology());
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await lab.destroy();
  });

  const loseAllButSecond = () => {
    for (const pod of [redis[0]!, redis[2]!, ...sentinels]) pod.loseDisk();
  };
  const restore = () => {
    for (const pod of redis) pod.restore = { from: "latest", root: archives.root };
  };
  const keysOf = async (pod: Pod) =>
    Object.values(await pod.info("keyspace")).reduce((sum, line) => sum + Number(/keys=(\d+)/.exec(line)?.[1] ?? 0), 0);
  const assertAllHold = async (mark: string, count: number) => {
    for (const pod of redis) {
      await eventually(`${pod.name} holds ${count} keys`, async () => (await keysOf(pod)) === count);
      assert.equal(await pod.with((client) => client.get("mark")), mark, pod.name);
    }
  };

  it("seeds the first node, which leads, and the others copy it; nobody is ready before its append-only file is", async () => {
    restore();
    lab.startAll();
    const master = await lab.settled();
    assert.equal(master, redis[0]);
    await assertAllHold("archived", keys);
    for (const pod of redis) {
      assert.equal((await pod.info("persistence")).aof_enabled, "1", pod.name);
      await pod.ready();
    }
    await redis[0]!.says(
      /restore: every node is empty, and this one is to lead: it begins with the archive 2026-11-25T07-00-13Z \(\d+ keys\)/,
    );
    assert.doesNotMatch(redis[0]!.output, /not done/);
    for (const pod of redis.slice(1))
      await pod.says(/restore: nothing to fetch: the first node is restored, and this one copies it/);
    await master.with((client) => client.set("new", "write"));

    // A power cut of all of them, with `restore` still in the config: what was written since stays.
    await sleep(1500);
    await lab.powerCut();
    lab.startAll();
    await lab.settled();
    await assertAllHold("archived", keys + 1);
    await eventually("said", () =>
      /restore: not done: .* with \d+ keys and 1 function libraries|restore: not done: this node holds data \(\d+ keys and 1 function libraries\)/.test(
        redis[0]!.output,
      ),
    );
  });

  it("never seeds a node that lost its disk beside peers with data, whether the sentinels name it or nobody", async () => {
    lab.startAll();
    await lab.settled();
    const master = await lab.master();
    await master.with(async (client) => {
      await client.set("mark", "later than the archive");
      await client.wait(2, 0);
    });
    await sleep(1500);
    restore();

    await lab.powerCut();
    redis[0]!.loseDisk();
    lab.startAll();
    await lab.settled();
    await assertAllHold("later than the archive", 1);

    // No sentinel remembers anything now, one node has data, and the first has none.
    await lab.powerCut();
    loseAllButSecond();
    lab.startAll();
    await lab.settled();
    await assertAllHold("later than the archive", 1);
    await eventually("it says so", () => /restore: not done: \S+ is master, with 1 keys/.test(redis[0]!.output));
    await eventually("what was fetched for nothing is gone", () => !fs.existsSync(redis[0]!.file("data/restore")));
  });

  for (const { what, put, isThere } of besideDatabase0) {
    it(`never seeds beside a peer that holds anything, be it ${what}`, async () => {
      lab.startAll();
      await lab.settled();
      const master = await lab.master();
      await master.with(async (client) => {
        await put(client);
        await client.wait(2, 0);
      });
      await sleep(1500);
      restore();
      await lab.powerCut();
      loseAllButSecond();
      lab.startAll();
      await lab.settled();
      for (const pod of redis) await eventually(`${pod.name} has it`, () => pod.with(isThere));
    });
  }

  it("brings all of it back after every node's files were damaged, where persistence.onDamage says so", async () => {
    lab.startAll();
    const master = await lab.settled();
    await master.with(async (client) => {
      for (let n = 0; n < 200; n++) await client.set(`key:${n}`, "v".repeat(50));
      await client.wait(2, 0);
    });
    for (const pod of redis) await new DataFiles(pod).rewrite();
    await lab.powerCut();
    for (const pod of redis) {
      flip(new DataFiles(pod).base, 600, 0xff);
      pod.onDamage = "restore";
    }
    restore();
    lab.startAll();
    await lab.settled();
    await assertAllHold("archived", keys);
  });

  it("ends well when all of it is killed at any moment: every node holds all of the archive", async () => {
    for (let round = 0; round < (long ? 20 : 2); round++) {
      for (const pod of lab.pods.values()) pod.loseDisk();
      restore();
      for (let kill = 0; kill < 4; kill++) {
        lab.startAll();
        await sleep(Math.random() * 3000);
        await (Math.random() < 0.5 ? lab.powerCut() : redis[0]!.kill());
      }
      lab.startAll();
      await lab.settled();
      await assertAllHold("archived", keys);
      await lab.powerCut();
    }
  });
});
