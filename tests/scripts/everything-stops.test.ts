import assert from "node:assert/strict";
import * as fs from "node:fs";
import { eventually, printTime, sleep } from "../support/eventually";
import { type Pod, type PodLab } from "../support/pod-lab";
import { freshSentinelLab } from "../support/sentinel-lab";
import { writeUntilRefused } from "../support/writer";

describe("pod scripts: every pod stops at once, and comes back", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let redis: Pod[];
  let sentinels: Pod[];

  freshSentinelLab((fresh) => {
    ({ lab, redis, sentinels } = fresh);
  });

  it("comes back with its data when every pod lost power at once", async () => {
    lab.startAll();
    const master = await lab.settled();
    await master.with((client) => client.set("kept", "yes"));
    await sleep(1200);
    await lab.powerCut();
    lab.startAll();
    const after = await lab.settled();
    assert.equal(await after.with((client) => client.get("kept")), "yes");
  });

  it("loses nothing when every pod is stopped at once and the master is the last one back: no older copy is promoted before it", async () => {
    lab.startAll();
    const old = await lab.settled();
    const writes = writeUntilRefused(old);
    await sleep(1000);
    // None is started before all have stopped: a replica that is back in sync while the master is still stopping may
    // well be promoted.
    await Promise.all([...lab.pods.values()].map((pod) => pod.stop()));
    const acknowledged = await writes;
    for (const pod of lab.pods.values()) if (pod !== old) pod.start();
    // Longer than down-after: by then the sentinels have given it up.
    await sleep(4000);
    old.start();
    const master = await lab.settled();
    // A replica that was slow to stop may have been there to take over, with everything.
    if (!/handover: .* is master now, with everything/.test(old.output)) assert.equal(master.name, old.name);
    assert.ok(acknowledged > 100, `${acknowledged} writes`);
    assert.equal(await master.with((client) => client.get(`key:${acknowledged}`)), String(acknowledged));
    for (const pod of redis.filter((other) => other !== old))
      await eventually(
        "it may be promoted again",
        async () => (await pod.info("replication")).slave_priority === "100",
      );
  });

  describe("a master that stopped in order, and has what its replicas lack", () => {
    let old: Pod;
    let peers: Pod[];
    /**
     * The sentinels first, so that nobody can take over; the replicas did not get what was written last, and go on
     * following it.
     */
    beforeEach(async () => {
      lab.startAll();
      old = await lab.settled();
      await old.with(async (client) => {
        await client.set("kept", "yes");
        await client.wait(2, 0);
      });
      peers = redis.filter((pod) => pod !== old);
      await Promise.all(sentinels.map((pod) => pod.stop()));
      for (const pod of peers) pod.hang();
      await old.with(async (client) => {
        await client.config("SET", "min-replicas-to-write", "0");
        await client.call("CLIENT", "KILL", "TYPE", "replica");
        await client.set("written", "last");
      });
    });
    const comeBack = async () => {
      for (const pod of peers) pod.resume();
      await sleep(300);
      for (const pod of peers) assert.equal((await pod.info("replication")).master_host, old.address);
      lab.startAll();
      return lab.settled();
    };

    it("leads again, rather than have one of them promoted", async () => {
      await old.stop();
      await old.says(/stopped as the master, with everything that was written here/);
      assert.equal(await comeBack(), old);
      assert.equal(await old.with((client) => client.get("written")), "last");
      assert.match(
        old.output,
        /role: master \(named by a majority of the sentinels, and no peer has more: it stopped in order/,
      );
      // That was then: after a crash a replica may be ahead.
      assert.ok(!fs.existsSync(old.file("data/clean-stop")));
      await old.kill();
      old.start();
      await old.says(/a replica may hold writes that this node lost/);
    });

    it("does not count on it after it went on and crashed, wherever the crash came", async () => {
      await old.stop();
      // As a pod that is killed while it still looks for its role.
      old.start();
      await eventually("it has its data", async () => (await old.with((client) => client.dbsize())) === 2);
      assert.ok(!fs.existsSync(old.file("data/clean-stop")));
    });
  });

  it("has a node promoted all the same when the master never comes back", async () => {
    lab.startAll();
    const old = await lab.settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.with((client) => client.wait(2, 0));
    await Promise.all(redis.map((pod) => pod.kill()));
    for (const pod of redis) if (pod !== old) pod.start();
    const master = await eventually("a peer leads", async () => {
      const found = await lab.master();
      return found !== old && found;
    });
    assert.equal(await master.with((client) => client.get("kept")), "yes");
  });

  it("stops at once when everything stops: a destroy must not wait for a handover that nobody can take", async () => {
    lab.startAll();
    const master = await lab.settled();
    const from = Date.now();
    await Promise.all([...sentinels.map((pod) => pod.stop()), ...redis.map((pod) => pod.stop())]);
    printTime("everything stopped", from, 10);
    await master.says(/handover: (no |.* is master now|not confirmed)/);
  });
});
