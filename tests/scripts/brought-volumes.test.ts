import assert from "node:assert/strict";
import * as fs from "node:fs";
import { eventually } from "../support/eventually";
import { PodLab, type Pod } from "../support/pod-lab";

/** Commands as an append-only file has them. */
const log = (...commands: string[][]) =>
  commands
    .map((words) => `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`)
    .join("");

/** Volumes and disks of another Redis (`persistence.volumes`, `disk.adopt`): whatever it kept its data in. */
describe("pod scripts: a volume that another Redis wrote", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let rdb: Buffer;
  before(async () => {
    const other = await PodLab.create();
    const source = other.source().start();
    await source.ready();
    await source.with(async (client) => {
      await client.set("kept", "in the dump");
      await client.select(1);
      await client.set("kept", "in database 1");
      await client.save();
    });
    rdb = fs.readFileSync(source.file("data/dump.rdb"));
    await other.destroy();
  });
  beforeEach(async () => {
    lab = await PodLab.create();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await lab.destroy();
  });

  const kinds: { what: string; files: Record<string, () => Buffer | string>; value: string; said?: RegExp }[] = [
    {
      what: "only a dump.rdb, which is Redis' own default",
      files: { "dump.rdb": () => rdb },
      value: "in the dump",
      said: /seeding: done/,
    },
    {
      what: "the one append-only file of a Redis before 7",
      files: { "appendonly.aof": () => log(["SELECT", "0"], ["SET", "kept", "in the log"]) },
      value: "in the log",
    },
    {
      what: "the same, beside an older dump.rdb",
      files: { "dump.rdb": () => rdb, "appendonly.aof": () => log(["SELECT", "0"], ["SET", "kept", "in the log"]) },
      value: "in the log",
    },
    {
      what: "the same, which begins as an RDB file",
      files: {
        "appendonly.aof": () =>
          Buffer.concat([rdb, Buffer.from(log(["SELECT", "0"], ["APPEND", "kept", " and the log"]))]),
      },
      value: "in the dump and the log",
    },
    {
      what: "the same, cut off in the middle of its last command by a power cut",
      files: {
        "appendonly.aof": () =>
          log(["SELECT", "0"], ["SET", "kept", "in the log"], ["SET", "kept", "never whole"]).slice(0, -9),
      },
      value: "in the log",
      said: /ends with an unfinished command.*bytes were cut/,
    },
  ];
  const bring = (pod: Pod, files: (typeof kinds)[number]["files"]) => {
    for (const [name, content] of Object.entries(files)) fs.writeFileSync(pod.file(`data/${name}`), content());
  };
  const value = (pod: Pod) => pod.with((client) => client.get("kept"));

  for (const { what, files, value: expected, said } of kinds) {
    it(`is loaded, and goes on with an append-only file: ${what}`, async () => {
      const pod = lab.standalone();
      bring(pod, files);
      pod.start();
      await pod.ready();
      assert.equal(await value(pod), expected);
      if (said) assert.match(pod.output, said);
      // What comes next goes into the log, and a save overwrites nothing that was not loaded.
      await pod.with(async (client) => {
        await client.set("written", "since");
        await client.save();
      });
      await pod.with((client) => client.call("WAITAOF", "1", "0", "5000"));
      await pod.kill();
      pod.start();
      await pod.ready();
      assert.deepEqual([await value(pod), await pod.with((client) => client.get("written"))], [expected, "since"]);
    });

    it(`leads where the other volumes are empty: ${what}`, async () => {
      const { redis } = lab.sentinelTopology();
      bring(redis[1]!, files);
      lab.startAll();
      assert.equal((await lab.settled()).name, "redis-1");
      for (const pod of redis) assert.equal(await eventually(`${pod.name} has it`, () => value(pod)), expected);
    });
  }

  it("is lost on no node where each has a copy of it: nobody can tell that they are the same, so all wait for a person's choice", async () => {
    const { redis } = lab.sentinelTopology();
    for (const pod of redis) bring(pod, kinds[0]!.files);
    lab.startAll();
    for (const pod of redis)
      await pod.says(/waiting: .* several nodes hold data of different histories.*to choose a master by hand/);
    await redis[1]!.with((client) => client.call("REPLICAOF", "NO", "ONE"));
    assert.equal((await lab.settled()).name, "redis-1");
    for (const pod of redis) assert.equal(await value(pod), "in the dump");
  });
});
