import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { ArchiveLab } from "../support/archive-lab";
import { eventually } from "../support/eventually";
import { labMasterName, PodLab, type Pod } from "../support/pod-lab";

describe("archive: taking a copy", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let archive: ArchiveLab;
  let redis: Pod[];
  let sentinels: Pod[];
  before(async () => {
    lab = await PodLab.create();
    archive = await ArchiveLab.create(lab);
    ({ redis, sentinels } = lab.sentinelTopology());
    for (const pod of [...redis, ...sentinels]) pod.start();
    const master = await lab.master();
    await eventually("two replicas in sync", async () => (await master.info("replication")).connected_slaves === "2");
    await master.with(async (client) => {
      for (let n = 0; n < 100; n++) await client.set(`key:${n}`, randomBytes(100));
    });
  });
  after(() => lab.destroy());
  afterEach(function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
  });

  const filesOf = (work: string) =>
    fs
      .readdirSync(work)
      .filter((name) => name.includes(".rdb"))
      .sort();

  it("is of a replica, whole, with the number of its keys, and named by the time it was begun", async () => {
    const job = archive.job();
    const { code, output } = await job.take(redis, { NOW: String(Date.UTC(2026, 10, 25, 7, 0, 12) / 1000) });
    assert.equal(code, 0, output);
    assert.deepEqual(filesOf(job.work), ["2026-11-25T07-00-12Z.rdb", "2026-11-25T07-00-12Z.rdb.checked"]);
    const known = fs.readFileSync(path.join(job.work, "2026-11-25T07-00-12Z.rdb.checked"), "utf8");
    assert.match(known, /^sha256 [0-9a-f]{64}\nsize \d+\nkeys 100\nredis 8\.0\.2\nsource redis-\d\n$/);
    const source = redis.find(({ name }) => known.includes(`source ${name}`))!;
    assert.equal(
      (await source.info("replication")).role,
      "slave",
      "a master forks for its clients' sake alone while it has replicas",
    );
    const stored = await job.store();
    assert.equal(stored.code, 0, stored.output);
    assert.deepEqual(archive.whole("daily"), ["2026-11-25T07-00-12Z"]);
  });

  it("leaves the sentinels with the nodes that there are: the job is no replica of theirs", async () => {
    await new Promise((resolve) => {
      setTimeout(resolve, 2500);
    });
    for (const sentinel of sentinels) {
      const known = (await sentinel.with((client) => client.call("SENTINEL", "REPLICAS", labMasterName))) as unknown[];
      assert.equal(known.length, 2);
    }
  });

  it("says what each node answered where none can give a copy", async () => {
    const refused = await archive.job().take(redis, { REDISCLI_AUTH: "the-wrong-password" });
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.lastLine,
      /FAILED: no node could give a copy within 1 s: redis-0: (NOAUTH|WRONGPASS|AUTH failed)[^;]*;/,
    );
  });

  it("says that there is no room for it, and leaves nothing that the next container would take for a copy", async () => {
    const job = archive.job();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", job.work]);
    try {
      const { code, lastLine, output } = await job.take(redis);
      assert.notEqual(code, 0, output);
      assert.match(lastLine, /FAILED: no room in \S+ for the copy/, output);
      assert.deepEqual(
        filesOf(job.work).filter((name) => name.endsWith(".checked")),
        [],
      );
    } finally {
      execFileSync("umount", [job.work]);
    }
  });

  it("is of the master when no replica is in sync, and says what that costs", async () => {
    const master = await lab.master();
    for (const pod of redis.filter((one) => one !== master)) await pod.kill();
    const { code, output } = await archive.job().take(redis, { PATIENCE: "20" });
    assert.equal(code, 0, output);
    assert.match(output, /WARNING: no replica in sync, so the master gives the copy/);
  });

  it("gives up, and says which, when nobody answers", async () => {
    for (const pod of redis) await pod.kill();
    const { code, lastLine } = await archive.job().take(redis);
    assert.notEqual(code, 0);
    assert.match(lastLine, /redis-0: no answer; redis-1: no answer; redis-2: no answer/);
  });
});
