import assert from "node:assert/strict";
import * as fs from "node:fs";
import { Archives, everyKind } from "../support/archives";
import { besideDatabase0 } from "../support/beside-database-0";
import { DataFiles } from "../support/damage";
import { eventually, sleep } from "../support/eventually";
import { long } from "../support/long";
import { PodLab, type Pod } from "../support/pod-lab";

const names = { first: "2026-11-23T07-00-11Z", second: "2026-11-24T07-00-12Z", third: "2026-11-25T07-00-13Z" };

describe("pod scripts: an archive restored into a standalone Redis", function () {
  this.timeout(long ? 600_000 : 120_000);
  let lab: PodLab;
  let archives: Archives;
  let pod: Pod;

  beforeEach(async () => {
    lab = await PodLab.create();
    archives = await Archives.create(lab);
    pod = lab.standalone();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await lab.destroy();
  });

  const ready = () => pod.ready();
  const restore = (from: string) => {
    pod.restore = { from, root: archives.root };
    pod.start();
  };
  const mark = () => pod.with((client) => client.get("mark"));
  /** Three archives, a day apart, in the folders that they would be in. */
  const threeArchives = async () => {
    const put = async (name: string, text: string, ...folders: ("hourly" | "daily")[]) => {
      const { rdb, keys } = await made(text);
      for (const folder of folders) archives.put(name, rdb, { folder, keys });
    };
    await put(names.first, "first", "daily");
    await put(names.second, "second", "daily", "hourly");
    await put(names.third, "third", "hourly");
  };
  const made = (text: string) => archives.make((client) => everyKind(client, text));
  /** How a start ends that must not come about, and what it says. */
  const refused = async (from: string) => {
    restore(from);
    assert.equal(await pod.exit(), 1, pod.output);
    assert.equal(fs.existsSync(pod.file("data/dump.rdb")), false);
    assert.equal(fs.existsSync(pod.file("data/restore/dump.rdb")), false);
    return pod.output;
  };

  it("begins with all that the latest holds, and keeps it over a power cut: append-only is on before it is ready", async () => {
    await threeArchives();
    restore("latest");
    await ready();
    assert.equal(await mark(), "third");
    const config = (await pod.with((client) => client.config("GET", "appendonly"))) as string[];
    assert.equal(config[1], "yes");
    await pod.kill();
    pod.restore = undefined;
    pod.start();
    await ready();
    assert.equal(await mark(), "third");
    assert.equal(
      await pod.with(async (client) => {
        await client.select(3);
        return client.get("elsewhere");
      }),
      "third",
    );
    assert.ok((await pod.with((client) => client.ttl("expires:0"))) > 3000);
    assert.equal(fs.existsSync(pod.file("data/restore")), false);
    assert.match(fs.readFileSync(pod.file("data/restored"), "utf8"), new RegExp(`^name ${names.third}$`, "m"));
  });

  it("takes the one that is named, wherever it lies", async () => {
    await threeArchives();
    restore(names.first);
    await ready();
    assert.equal(await mark(), "first");
  });

  for (const [time, expected] of [
    ["2026-11-24T07:00:12Z", "second"],
    ["2026-11-24T08:00:11+01:00", "first"],
    ["2026-11-25T07:00Z", "second"],
    ["2040-01-01T00:00:00Z", "third"],
  ] as const) {
    it(`takes the newest that is not after ${time}`, async () => {
      await threeArchives();
      restore(time);
      await ready();
      assert.equal(await mark(), expected);
    });
  }

  it("refuses a time before the first, and a name that there is not, and lists what there is", async () => {
    await threeArchives();
    const there = new RegExp(
      `There are 3, the oldest ${names.first}; the newest: ${names.third} ${names.second} ${names.first}`,
    );
    const early = await refused("2026-11-23T07:00:10Z");
    assert.match(early, /there is no archive from 2026-11-23T07-00-10Z or before it/);
    assert.match(early, there);
    const unknown = await refused("2026-11-24T07-00-13Z");
    assert.match(unknown, /there is no archive 2026-11-24T07-00-13Z in/);
    assert.match(unknown, there);
  });

  it("says so where there is no archive at all", async () => {
    assert.match(
      await refused("latest"),
      /there is no archive in archive:\/archives\/redis-lab\/redis: is that the place/,
    );
  });

  it("does not take one whose upload was never found whole", async () => {
    await threeArchives();
    archives.put("2026-11-26T07-00-00Z", Buffer.from("half of an"), { keys: 1, checked: false });
    restore("latest");
    await ready();
    assert.equal(await mark(), "third");
  });

  it("refuses one that was damaged since it was archived, and names the one before it", async () => {
    await threeArchives();
    const bytes = fs.readFileSync(archives.file(names.third));
    bytes[bytes.length >> 1]! ^= 1;
    fs.writeFileSync(archives.file(names.third), bytes);
    const said = await refused("latest");
    assert.match(said, new RegExp(`archive ${names.third} is damaged: it has ${bytes.length} bytes`));
    assert.match(said, new RegExp(`restore\\.from: ${names.second}`));
  });

  it("refuses one that this Redis cannot read, before it takes the place of anything", async () => {
    const { rdb, keys } = await made("third");
    archives.put(names.third, Buffer.concat([Buffer.from("REDIS9999"), rdb.subarray(9)]), { keys, redis: "99.0.0" });
    const said = await refused("latest");
    assert.match(said, new RegExp(`archive ${names.third} \\(Redis 99\\.0\\.0\\) cannot be read by Redis 8\\.`));
  });

  it("touches nothing where there is data, and says how much, for as long as it stands in the config", async () => {
    await threeArchives();
    pod.start();
    await ready();
    await pod.with((client) => client.set("own", "data"));
    await pod.stop();
    for (let n = 0; n < 2; n++) {
      restore("latest");
      await ready();
      assert.deepEqual(await pod.with((client) => client.keys("*")), ["own"]);
      await pod.says(/restore: nothing to fetch: the volume holds data/);
      await eventually("said", () =>
        /restore: not done: this Redis has been in use, and holds 1 keys/.test(pod.output),
      );
      await pod.stop();
    }
  });

  for (const { what, put, isThere } of besideDatabase0) {
    it(`touches nothing where there is only ${what}, though it may take the place of what is damaged`, async () => {
      await threeArchives();
      pod.start();
      await ready();
      await pod.with(put);
      await new DataFiles(pod).rewrite();
      await pod.stop();
      pod.onDamage = "restore";
      restore("latest");
      await ready();
      assert.ok(await pod.with(isThere));
      await pod.says(/restore: not done: this Redis has been in use, and holds /);
    });
  }

  it("does not bring an old archive back to a Redis that was emptied, though it still stands in the config", async () => {
    await threeArchives();
    restore("latest");
    await ready();
    await pod.with(async (client) => {
      await client.flushall();
      await client.set("new", "life");
    });
    await pod.stop();
    restore("latest");
    await ready();
    assert.deepEqual(await pod.with((client) => client.keys("*")), ["new"]);
    await pod.with(async (client) => {
      await client.flushall();
      await client.bgrewriteaof();
    });
    await sleep(500);
    await pod.stop();
    restore("latest");
    await ready();
    assert.equal(await pod.with((client) => client.dbsize()), 0);
  });

  it("takes the place of damaged files where persistence.onDamage says so, and keeps them", async () => {
    await threeArchives();
    pod.start();
    await ready();
    await pod.with((client) => client.set("own", "data"));
    await pod.stop();
    fs.rmSync(pod.file("data/appendonlydir/appendonly.aof.1.base.rdb"));
    pod.onDamage = "restore";
    restore("latest");
    await ready();
    assert.equal(await mark(), "third");
    assert.ok(fs.readdirSync(pod.file("data")).some((name) => name.startsWith("damaged-")));
    // And once more, with both still in the config: nothing is damaged now.
    await pod.with((client) => client.set("mark", "later"));
    await pod.stop();
    restore("latest");
    await ready();
    assert.equal(await mark(), "later");
    // Redis may be ready a moment before its start script has looked what is left to do.
    await eventually("what was fetched for nothing is gone", () => !fs.existsSync(pod.file("data/restore")));
  });

  it("ends well when it is killed at any moment: nothing, or all of it", async () => {
    await threeArchives();
    for (let round = 0; round < (long ? 20 : 4); round++) {
      pod.loseDisk();
      for (let kill = 0; kill < 4; kill++) {
        restore("latest");
        await sleep(Math.random() * 900);
        await pod.kill();
      }
      restore("latest");
      await ready();
      assert.equal(await mark(), "third", `round ${round}`);
      assert.equal(fs.existsSync(pod.file("data/seeding")), false);
      await eventually("what was fetched for nothing is gone", () => !fs.existsSync(pod.file("data/restore")));
      await pod.kill();
    }
  });
});
