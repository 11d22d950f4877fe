import assert from "node:assert/strict";
import * as fs from "node:fs";
import { eventually, sleep } from "../support/eventually";
import { labPassword, PodLab, type Pod } from "../support/pod-lab";

describe("pod scripts: sentinel topology on real Redis processes", function () {
  this.timeout(90_000);
  let lab: PodLab;
  let redis: Pod[];
  let sentinels: Pod[];

  beforeEach(async () => {
    lab = await PodLab.create();
    ({ redis, sentinels } = lab.sentinelTopology());
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await lab.destroy();
  });

  const startAll = () => { for (const pod of lab.pods.values()) if (!pod.running) pod.start(); };
  const settled = () => eventually("one master, two replicas in sync, all sentinels name the master and know each other", async () => {
    const master = await lab.master();
    const replication = await master.info("replication");
    const online = Object.values(replication).filter((value) => value.includes("state=online")).length;
    const views = await Promise.all(sentinels.filter((pod) => pod.running).map((pod) => pod.namedMaster()));
    const know = await Promise.all(sentinels.filter((pod) => pod.running).map((pod) => pod.info("sentinel")));
    return online === 2 && views.every((view) => view === master.address) && know.every((view) => view.master0?.includes("slaves=2,sentinels=3")) && master;
  }, { timeout: 40_000 });

  it("bootstraps from nothing: pod 0 leads, and nobody else ever does", async () => {
    startAll();
    assert.equal((await settled()).name, "redis-0");
    for (const pod of redis.slice(1)) assert.doesNotMatch(pod.output, /role: master/);
    for (const pod of redis) assert.equal(pod.probe("redis-ready.sh").code, 0, pod.name);
    for (const pod of sentinels) assert.equal(pod.probe("sentinel-ready.sh").code, 0, pod.name);
  });

  it("does not make pod 0 master while a peer is silent: it may hold the data", async () => {
    redis[0]!.start();
    redis[1]!.start();
    for (const pod of sentinels) pod.start();
    await eventually("pod 0 says what it waits for", () => redis[0]!.output.includes("what these nodes hold is not known: "));
    await sleep(2000);
    for (const pod of redis.slice(0, 2)) {
      assert.equal((await pod.info("replication")).role, "slave");
      assert.equal(pod.probe("redis-ready.sh").code, 1);
    }
  });

  it("hands over on SIGTERM without losing an acknowledged write, and takes the old master back as a replica", async () => {
    startAll();
    const old = await settled();
    let acknowledged = 0;
    const writing = old.with(async (client) => {
      for (let n = 1; ; n++) {
        try { await client.set(`key:${n}`, String(n)); } catch { return; }
        acknowledged = n;
      }
    });
    await sleep(1000);
    assert.equal(await old.stop(), 0);
    await writing;
    assert.match(old.output, /handover: 127\.\d+\.\d+\.1[12] is master now/);
    const successor = await lab.master();
    assert.notEqual(successor.name, old.name);
    assert.ok(acknowledged > 100, `${acknowledged} writes`);
    const found = await successor.with((client) => client.dbsize());
    assert.ok(found >= acknowledged, `${acknowledged} acknowledged, ${found} found`);
    assert.equal(await successor.with((client) => client.get(`key:${acknowledged}`)), String(acknowledged));
    old.start();
    assert.equal((await settled()).name, successor.name);
    assert.match(old.output, /role: replica of/);
  });

  it("fails over when the master loses power, and the old master follows when it is back", async () => {
    startAll();
    const old = await settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.with((client) => client.wait(2, 1000));
    await old.kill();
    const successor = await eventually("a new master", async () => { const master = await lab.master(); return master !== old && master; });
    old.start();
    await settled();
    assert.equal(await successor.with((client) => client.get("kept")), "yes");
    assert.equal((await old.info("replication")).role, "slave");
  });

  it("does not let a restarted master resume while a replica may hold later writes", async () => {
    startAll();
    const old = await settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.kill();
    // Back before down-after: the sentinels have noticed nothing and still name it.
    old.start();
    const master = await settled();
    assert.notEqual(master.name, old.name);
    assert.match(old.output, /a replica may hold writes that this node lost/);
    assert.equal(await master.with((client) => client.get("kept")), "yes");
  });

  it("does not lead on a name that is about to change: a peer was promoted and the sentinels have not said so yet", async () => {
    startAll();
    const old = await settled();
    await old.with((client) => client.set("kept", "yes"));
    const [promoted, other] = redis.filter((pod) => pod !== old) as [Pod, Pod];
    await old.kill();
    await promoted.with((client) => client.call("REPLICAOF", "NO", "ONE"));
    await other.with((client) => client.call("REPLICAOF", promoted.address, "6379"));
    old.start();
    await eventually("it has a role", () => old.output.includes("role: "), { timeout: 40_000 });
    assert.doesNotMatch(old.output, /role: master/);
    assert.match(old.output, /a peer leads or follows another/);
  });

  it("does not let a master that lost its disk wipe its replicas", async () => {
    startAll();
    const old = await settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.with((client) => client.wait(2, 1000));
    await old.kill();
    fs.rmSync(old.file("data"), { recursive: true });
    fs.mkdirSync(old.file("data"));
    old.start();
    const master = await settled();
    assert.notEqual(master.name, old.name);
    assert.equal(await master.with((client) => client.get("kept")), "yes");
    assert.equal(await old.with((client) => client.get("kept")), "yes");
  });

  it("comes back with its data when every pod lost power at once", async () => {
    startAll();
    const master = await settled();
    await master.with((client) => client.set("kept", "yes"));
    await sleep(1200);
    await Promise.all([...lab.pods.values()].map((pod) => pod.kill()));
    startAll();
    const after = await settled();
    assert.equal(await after.with((client) => client.get("kept")), "yes");
  });

  it("gives a sentinel that lost its disk its old identity, not a fourth vote", async () => {
    startAll();
    await settled();
    const lost = sentinels[1]!;
    const id = await lost.with((client) => client.call("SENTINEL", "MYID"));
    await lost.kill();
    fs.rmSync(lost.file("data"), { recursive: true });
    fs.mkdirSync(lost.file("data"));
    lost.start();
    await settled();
    assert.equal(await lost.with((client) => client.call("SENTINEL", "MYID")), id);
  });

  it("keeps what a sentinel knows over a restart, and takes its settings anew", async () => {
    startAll();
    const master = await settled();
    const sentinel = sentinels[0]!;
    await sentinel.stop();
    const written = fs.readFileSync(sentinel.file("data/sentinel.conf"), "utf8");
    assert.match(written, /known-replica/);
    // Alone, with nobody to ask.
    await Promise.all([...redis, ...sentinels.slice(1)].map((pod) => pod.kill()));
    sentinel.start();
    await eventually("it answers from memory", async () => (await sentinel.namedMaster()) === master.address);
  });

  it("hands over in time although a sentinel hangs, rather than waiting for it with its writes paused", async () => {
    startAll();
    const master = await settled();
    sentinels[0]!.hang();
    const from = Date.now();
    await master.stop();
    assert.ok(Date.now() - from < 15_000, `${Date.now() - from} ms`);
    assert.match(master.output, /handover: \S+ is master now/);
  });

  it("stops at once when everything stops: a destroy must not wait for a handover that nobody can take", async () => {
    startAll();
    const master = await settled();
    const from = Date.now();
    await Promise.all([...sentinels.map((pod) => pod.stop()), ...redis.map((pod) => pod.stop())]);
    assert.ok(Date.now() - from < 10_000, `${Date.now() - from} ms`);
    assert.match(master.output, /handover: (no |.* is master now|not confirmed)/);
  });

  it("sets Sentinel's clocks as they were measured, which no file can hold", async () => {
    startAll();
    await settled();
    const period = async () => {
      const clocks = await sentinels[0]!.with((client) => client.call("SENTINEL", "DEBUG")) as string[];
      return ["INFO-PERIOD", "PING-PERIOD", "ASK-PERIOD"].map((clock) => Number(clocks[clocks.findIndex((name) => name.toUpperCase() === clock) + 1]));
    };
    await eventually("its clocks are set", async () => (await period()).join() === "900,300,100");
  });

  it("stops a sentinel that still waits for a master", async () => {
    const waiting = sentinels[0]!.start();
    await eventually("it waits", () => waiting.output.includes("waiting"));
    assert.equal(await waiting.stop(), 0);
  });

  it("ends at once, saying why, when it has no address", async () => {
    fs.writeFileSync(redis[2]!.file("topology/redis"), `redis-0 ${redis[0]!.address}\n`);
    assert.equal(await redis[2]!.start().exit(), 1);
    assert.match(redis[2]!.output, /does not name redis-2/);
  });

  it("lets nobody in without the password", async () => {
    startAll();
    const master = await settled();
    for (const [pod, command] of [[master, ["SET", "a", "b"]], [master, ["CONFIG", "GET", "requirepass"]], [sentinels[0]!, ["SENTINEL", "MASTERS"]]] as const) {
      await assert.rejects(pod.with((client) => client.call(command[0], ...command.slice(1)), ""), /NOAUTH/);
    }
    assert.ok(!fs.readFileSync(master.file("config/redis.conf"), "utf8").includes(labPassword));
  });
});
