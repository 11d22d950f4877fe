import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ArchiveLab } from "../support/archive-lab";
import { Archives, everyKind } from "../support/archives";
import { olderRedisTree, olderVersion } from "../support/older-redis";
import { PodLab, type Pod } from "../support/pod-lab";

describe(`pod scripts: an archive that Redis ${olderVersion} made`, function () {
  this.timeout(300_000);
  const name = "2026-11-25T07-00-12Z";
  const time = String(Date.UTC(2026, 10, 25, 7, 0, 12) / 1000);
  let older: PodLab;
  let lab: PodLab;

  before(async () => {
    older = await PodLab.create({}, await olderRedisTree());
    lab = await PodLab.create();
  });
  after(async () => {
    for (const each of [older, lab]) await each?.destroy();
  });
  afterEach(function () {
    if (this.currentTest?.state === "failed") console.log(older.logs(), lab.logs());
  });

  it("is restored, every type of it, by the Redis of today", async () => {
    const source = older.standalone().start();
    await source.ready();
    assert.equal((await source.info("server")).redis_version, olderVersion);
    await source.with((client) => everyKind(client, "older"));
    const job = (await ArchiveLab.create(older)).job();
    const { code, output } = await job.take([source], { NOW: time });
    assert.equal(code, 0, output);
    const rdb = fs.readFileSync(path.join(job.work, `${name}.rdb`));
    const said = fs.readFileSync(path.join(job.work, `${name}.rdb.checked`), "utf8");
    assert.match(said, new RegExp(`^redis ${olderVersion}$`, "m"));
    const keys = Number(/^keys (\d+)$/m.exec(said)![1]);
    assert.ok(keys > 500, said);

    const archives = await Archives.create(lab);
    archives.put(name, rdb, { keys, redis: olderVersion });
    const pod = lab.standalone();
    pod.restore = { from: "latest", root: archives.root };
    await pod.start().ready();
    await pod.says(new RegExp(`fetching ${name} .* Redis ${olderVersion}\\)`));
    assert.equal(await pod.with((client) => client.dbsize()), keys - 1, "one lies in another database");
    const values = (of: Pod) =>
      of.with(async (client) => ({
        string: await client.get("string:7"),
        list: await client.lrange("list:49", 0, -1),
        set: (await client.smembers("set:48")).sort(), // Each prints a score in its own way.
        zset: (await client.zrange("zset:49", 0, -1, "WITHSCORES")).map((part, index) =>
          index % 2 ? Number(part) : part,
        ),
        hash: await client.hgetall("hash:49"),
        stream: await client.xrange("stream:3", "-", "+"),
        binary: (await client.getBuffer(Buffer.from([0, 10, 255, 39])))?.toString("hex"),
        expires: (await client.ttl("expires:3")) > 3000,
      }));
    assert.deepEqual(await values(pod), await values(source));
  });
});
