import assert from "node:assert/strict";
import * as fs from "node:fs";
import { eventually, printTime, sleep } from "../support/eventually";
import { labMasterName, labPassword, PodLab, type Pod } from "../support/pod-lab";

describe("pod scripts: sentinel topology on real Redis processes", function () {
  this.timeout(300_000);
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

  /** One numbered value after the other; resolves to the last one that was acknowledged. */
  const writeUntilRefused = (pod: Pod): Promise<number> => pod.with(async (client) => {
    for (let n = 1; ; n++) {
      try { await client.set(`key:${n}`, String(n)); } catch { return n - 1; }
    }
  });

  it("bootstraps from nothing: pod 0 leads, and nobody else ever does", async () => {
    lab.startAll();
    assert.equal((await lab.settled()).name, "redis-0");
    for (const pod of redis.slice(1)) assert.doesNotMatch(pod.output, /role: master/);
    for (const pod of redis) assert.equal(pod.probe("redis-ready.sh").code, 0, pod.name);
    for (const pod of sentinels) assert.equal(pod.probe("sentinel-ready.sh").code, 0, pod.name);
  });

  it("is not ready as a replica that its master does not count: the rollout would go on to a master with nobody to hand over to", async () => {
    lab.startAll();
    const master = await lab.settled();
    const replica = redis.find((pod) => pod !== master)!;
    await replica.with(async (client) => { await client.config("SET", "replica-announce-ip", "127.0.0.9"); await client.client("KILL", "TYPE", "master"); });
    const probed = await eventually("it follows under another address, and is not ready", async () => { const found = replica.probe("redis-ready.sh"); return (await replica.info("replication")).master_link_status === "up" && found.code === 1 && found; });
    assert.match(probed.output, /does not count this replica as in sync/);
    // The loss of the master is not the replica's fault.
    master.hang();
    assert.equal(replica.probe("redis-ready.sh").code, 0);
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
    lab.startAll();
    const old = await lab.settled();
    const writes = writeUntilRefused(old);
    await sleep(1000);
    assert.equal(await old.stop(), 0);
    const left = Date.now();
    const acknowledged = await writes;
    await old.says(/handover: 127\.\d+\.\d+\.1[12] is master now/);
    const [, said] = /(\d+ \w+ \d+ [\d:.]+) # Redis is now ready to exit/.exec(old.output)!;
    // Half a second, less what Redis took to end.
    assert.ok(left - Date.parse(`${said} UTC`) > 400, "the pod's network goes with it: a client that the endpoint still sends there would be answered by nobody");
    const successor = await lab.master();
    assert.notEqual(successor.name, old.name);
    assert.ok(acknowledged > 100, `${acknowledged} writes`);
    const found = await successor.with((client) => client.dbsize());
    assert.ok(found >= acknowledged, `${acknowledged} acknowledged, ${found} found`);
    assert.equal(await successor.with((client) => client.get(`key:${acknowledged}`)), String(acknowledged));
    old.start();
    assert.equal((await lab.settled()).name, successor.name);
    await old.says(/role: replica of/);
  });

  it("fails over when the master loses power, and the old master follows when it is back", async () => {
    lab.startAll();
    const old = await lab.settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.with((client) => client.wait(2, 0));
    await old.kill();
    const successor = await eventually("a new master", async () => { const master = await lab.master(); return master !== old && master; });
    old.start();
    await lab.settled();
    assert.equal(await successor.with((client) => client.get("kept")), "yes");
    assert.equal((await old.info("replication")).role, "slave");
  });

  it("does not let a restarted master resume while a replica may hold later writes", async () => {
    lab.startAll();
    const old = await lab.settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.kill();
    // Back before down-after: the sentinels have noticed nothing and still name it.
    old.start();
    const master = await lab.settled();
    assert.notEqual(master.name, old.name);
    await old.says(/a replica may hold writes that this node lost/);
    assert.equal(await master.with((client) => client.get("kept")), "yes");
  });

  it("does not lead on a name that is about to change: a peer was promoted and the sentinels have not said so yet", async () => {
    lab.startAll();
    const old = await lab.settled();
    await old.with((client) => client.set("kept", "yes"));
    const [promoted, other] = redis.filter((pod) => pod !== old) as [Pod, Pod];
    await old.kill();
    await promoted.with((client) => client.call("REPLICAOF", "NO", "ONE"));
    await other.with((client) => client.call("REPLICAOF", promoted.address, "6379"));
    old.start();
    await eventually("it has a role", () => old.output.includes("role: "));
    assert.doesNotMatch(old.output, /role: master/);
    await old.says(/a peer leads or follows another/);
  });

  it("does not let a master that lost its disk wipe its replicas", async () => {
    lab.startAll();
    const old = await lab.settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.with((client) => client.wait(2, 0));
    await old.kill();
    old.loseDisk();
    old.start();
    const master = await lab.settled();
    assert.notEqual(master.name, old.name);
    assert.equal(await master.with((client) => client.get("kept")), "yes");
    assert.equal(await old.with((client) => client.get("kept")), "yes");
  });

  it("may not be promoted before its first copy is whole: alone with a lost master it would wipe that", async () => {
    lab.startAll();
    const master = await lab.settled();
    await master.with((client) => client.set("kept", "yes"));
    // A copy that takes as long as the test likes.
    await master.with((client) => client.config("SET", "repl-diskless-sync-delay", "3600"));
    const late = redis.find((pod) => pod !== master)!;
    await late.kill();
    late.loseDisk();
    late.start();
    await late.says(/role: replica of/);
    await sleep(1500);
    const { master_link_status, slave_priority } = await late.info("replication");
    assert.deepEqual([master_link_status, slave_priority], ["down", "0"]);
    await master.with((client) => client.config("SET", "repl-diskless-sync-delay", "0"));
    await eventually("it may be promoted", async () => (await late.info("replication")).slave_priority === "100");
    assert.equal((await late.info("replication")).master_link_status, "up");
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
    await Promise.all([...lab.pods.values()].map(async (pod) => {
      await pod.stop();
      // Longer than down-after: by then the sentinels, which came back at once, have given it up.
      if (pod === old) await sleep(4000);
      pod.start();
    }));
    const acknowledged = await writes;
    const master = await lab.settled();
    assert.equal(master.name, old.name);
    assert.ok(acknowledged > 100, `${acknowledged} writes`);
    assert.equal(await master.with((client) => client.get(`key:${acknowledged}`)), String(acknowledged));
    for (const pod of redis.filter((other) => other !== old)) await eventually("it may be promoted again", async () => (await pod.info("replication")).slave_priority === "100");
  });

  it("has a node promoted all the same when the master never comes back", async () => {
    lab.startAll();
    const old = await lab.settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.with((client) => client.wait(2, 0));
    await Promise.all(redis.map((pod) => pod.kill()));
    for (const pod of redis) if (pod !== old) pod.start();
    const master = await eventually("a peer leads", async () => { const found = await lab.master(); return found !== old && found; });
    assert.equal(await master.with((client) => client.get("kept")), "yes");
  });

  it("gives a sentinel that lost its disk its old identity, not a fourth vote", async () => {
    lab.startAll();
    await lab.settled();
    const lost = sentinels[1]!;
    const id = await lost.with((client) => client.call("SENTINEL", "MYID"));
    await lost.kill();
    lost.loseDisk();
    lost.start();
    await lab.settled();
    assert.equal(await lost.with((client) => client.call("SENTINEL", "MYID")), id);
  });

  it("keeps what a sentinel knows over a restart, and takes its settings anew", async () => {
    lab.startAll();
    const master = await lab.settled();
    const sentinel = sentinels[0]!;
    assert.equal(await sentinel.stop(), 0);
    const written = fs.readFileSync(sentinel.file("data/sentinel.conf"), "utf8");
    assert.match(written, /known-replica/);
    // Alone, with nobody to ask.
    await Promise.all([...redis, ...sentinels.slice(1)].map((pod) => pod.kill()));
    sentinel.start();
    await eventually("it answers from memory", async () => (await sentinel.namedMaster()) === master.address);
  });

  it("has a sentinel go on for a while once it is told to stop: the Redis beside it, on a node that is drained, hands over with its help", async () => {
    const sentinel = sentinels[0]!;
    sentinel.linger = 60;
    lab.startAll();
    const master = await lab.settled();
    const stopped = sentinel.stop();
    await sentinel.says(/stopping in 60 s/);
    assert.equal(await sentinel.namedMaster(), master.address);
    await master.stop();
    await master.says(/handover: \S+ is master now/);
    await eventually("it has heard of the new one", async () => (await sentinel.namedMaster()) !== master.address);
    await Promise.all([sentinel.kill(), stopped]);
  });

  it("hands over in time although a sentinel hangs, rather than waiting for it with its writes paused", async () => {
    lab.startAll();
    const master = await lab.settled();
    sentinels[0]!.hang();
    const from = Date.now();
    await master.stop();
    printTime("handed over beside a sentinel that hangs", from, 15);
    await master.says(/handover: \S+ is master now/);
  });

  for (const [what, leave] of [
    ["does not follow it", (replica: Pod) => replica.with((client) => client.replicaof("127.0.0.1", 1))],
    ["hangs for longer than is waited for it", (replica: Pod) => { replica.hang(); setTimeout(() => replica.resume(), 15_000); }],
  ] as const) {
    it(`has none promoted that has less than was written, whatever Sentinel likes better: one that ${what}`, async () => {
      lab.startAll();
      const old = await lab.settled();
      const liked = redis.find((pod) => pod !== old)!;
      await liked.with((client) => client.config("SET", "replica-priority", "1"));
      await eventually("the sentinels know whom to like", async () => (await Promise.all(sentinels.map((pod) => pod.with((client) => client.call("SENTINEL", "REPLICAS", labMasterName))))).every((known) => JSON.stringify(known).includes('"slave-priority","1"')));
      const writes = writeUntilRefused(old);
      await sleep(500);
      await leave(liked);
      await sleep(1500);
      const from = Date.now();
      await old.stop();
      printTime("handed over beside a replica that has less", from, 5);
      const acknowledged = await writes;
      const master = await eventually("another one leads", async () => { const found = await lab.master(); return found !== old && found; });
      assert.notEqual(master, liked);
      assert.ok(acknowledged > 100, `${acknowledged} writes`);
      await old.says(new RegExp(`handover: ${master.address} is master now, with everything that was written here`));
      assert.equal(await master.with((client) => client.get(`key:${acknowledged}`)), String(acknowledged));
      old.start();
      await lab.settled();
      await eventually("it may be promoted again", async () => (await liked.info("replication")).slave_priority !== "0");
    });
  }

  it("asks no sentinel to promote that is in TILT: it would take the order and sleep on it for half a minute", async () => {
    lab.startAll();
    const old = await lab.settled();
    const tilted = sentinels[0]!;
    tilted.hang();
    await sleep(3000);
    tilted.resume();
    await eventually("its clock has jumped", async () => (await tilted.info("sentinel")).sentinel_tilt === "1");
    await old.stop();
    await old.says(/handover: \S+ is master now, with everything that was written here/);
    assert.doesNotMatch(old.output, new RegExp(`for ${tilted.address} to promote`));
  });

  it("says how much a new master lacks, and that it is not known of one which did not go on from here", async () => {
    lab.startAll();
    const old = await lab.settled();
    const { master_replid: history } = await old.info("replication");
    await old.stop();
    const successor = await lab.master();
    const written = Number((await successor.info("replication")).second_repl_offset) - 1;
    const compare = (of: string, upTo: number) => successor.call(["lib.sh", "handover.sh"], `history=${of} written=${upTo}; compare ${successor.address}`).output;
    assert.match(compare(history!, written), /Z handover: \S+ is master now, with everything that was written here/);
    assert.match(compare(history!, written + 100), /WARNING: handover: \S+ is master now, and lacks 100 bytes of what was written here/);
    assert.match(compare("0".repeat(40), written), /WARNING: handover: \S+ is master now, but did not go on from here/);
  });

  it("lets a replica be promoted again that was left out by a node which died before it let it in", async () => {
    lab.startAll();
    const replica = redis.find((pod) => pod !== redis[0])!;
    await lab.settled();
    await eventually("it may be promoted", async () => (await replica.info("replication")).slave_priority === "100");
    await replica.with((client) => client.config("SET", "replica-priority", "0"));
    await replica.says(/role: this node may be promoted again: it was left out, and not let in/);
    assert.equal((await replica.info("replication")).slave_priority, "100");
  });

  it("follows the master that the sentinels name when the one that it follows has gone, before a sentinel tells it to", async () => {
    lab.startAll();
    const master = await lab.settled();
    const replica = redis.find((pod) => pod !== master)!;
    await replica.with((client) => client.replicaof(replica.address.replace(/\d+$/, "99"), 6379));
    await replica.says(/role: replica of \S+ \(named by a majority of the sentinels; \S+, which it followed, is not a master\)/);
    assert.equal(await lab.settled(), master);
  });

  it("stops at once when everything stops: a destroy must not wait for a handover that nobody can take", async () => {
    lab.startAll();
    const master = await lab.settled();
    const from = Date.now();
    await Promise.all([...sentinels.map((pod) => pod.stop()), ...redis.map((pod) => pod.stop())]);
    printTime("everything stopped", from, 10);
    await master.says(/handover: (no |.* is master now|not confirmed)/);
  });

  it("keeps Sentinel's clocks as they were measured, though a node that hands over dies in the middle of it", async () => {
    lab.startAll();
    await lab.settled();
    const sentinel = sentinels[0]!;
    const periods = () => Promise.all(["INFO-PERIOD", "PING-PERIOD", "ASK-PERIOD", "MIN-LINK-RECONNECT-PERIOD"].map((clock) => sentinel.clock(clock)));
    await eventually("its clocks are set", async () => (await periods()).join() === "900,300,100,1000");
    await sentinel.clock("INFO-PERIOD", 1);
    await eventually("they are set back", async () => (await periods()).join() === "900,300,100,1000");
  });

  it("does not stay the replica of a replica that no sentinel knows of", async () => {
    lab.startAll();
    const master = await lab.settled();
    const [between, last] = redis.filter((pod) => pod !== master) as [Pod, Pod];
    await last.with((client) => client.replicaof(between.address, 6379));
    await eventually("a chain", async () => (await between.info("replication")).connected_slaves === "1" && (await master.info("replication")).connected_slaves === "1");
    // As sentinels that have just started, and were told by nobody.
    await Promise.all(sentinels.map((pod) => pod.with((client) => client.call("SENTINEL", "RESET", labMasterName))));
    assert.equal(await lab.settled(), master);
    await last.says(/role: replica of \S+ \(named by a majority of the sentinels; \S+, which it followed, is not a master\)/);
  });

  it("spreads the sentinels' INFOs over the second, so that after a crash the next one of some sentinel comes at the right time", async () => {
    lab.startAll();
    await lab.settled();
    const age = (pod: Pod) => pod.with(async (client) => {
      const replicas = await client.call("SENTINEL", "REPLICAS", labMasterName) as string[][];
      return Math.min(...replicas.map((replica) => Number(replica[replica.indexOf("info-refresh") + 1])));
    });
    // Between the ages that they have at one moment, counted around: some 950 ms if all come together, a third of it if they keep apart.
    await eventually("the widest gap is 520 ms at most, as a rule", async () => {
      const widest: number[] = [];
      for (let n = 0; n < 40; n++) {
        const ages = (await Promise.all(sentinels.map(age))).sort((a, b) => a - b);
        widest.push(Math.max(...ages.slice(1).map((each, index) => each - ages[index]!), ages[0]! + 950 - ages.at(-1)!));
        await sleep(120);
      }
      widest.sort((a, b) => a - b);
      if (widest[20]! >= 520) throw new Error(widest.join(" "));
      return true;
    });
  });

  it("does not bring the INFOs of a sentinel together that a node counts on, which hands over", async () => {
    lab.startAll();
    await lab.settled();
    const [counted] = sentinels as [Pod];
    const period = () => counted.clock("INFO-PERIOD");
    await eventually("it goes to its place in the second, by a period of 1 ms for a moment", async () => (await period()) === 1, { every: 10 });
    await eventually("it is there", async () => (await period()) === 900, { every: 10 });
    const seen = new Set([await counted.clock("INFO-PERIOD", 901)]);
    await eventually("it is set back", async () => { seen.add(await period()); return seen.has(900); }, { every: 10 });
    assert.deepEqual([...seen], [901, 900]);
  });

  it("keeps the successor of a pod deleted by force off its volume, and so from having a peer promoted under writes that go on", async () => {
    lab.startAll();
    const old = await lab.settled();
    const successor = lab.sentinelTopology().redis.find(({ name }) => name === old.name)!.start();
    await eventually("it waits", () => successor.output.includes("waiting: the pod before this one still runs on this volume"));
    await sleep(3000);
    assert.equal((await old.info("replication")).role, "master");
    await old.with((client) => client.set("kept", "yes"));
    assert.equal(await old.stop(), 0);
    await old.says(/handover: \S+ is master now/);
    await eventually("it follows", () => successor.output.includes("role: replica of"));
    await Promise.all([...redis.filter((pod) => pod !== old), ...sentinels].map((pod) => pod.kill()));
  });

  it("stops a sentinel that still waits for a master", async () => {
    const waiting = sentinels[0]!.start();
    await eventually("it waits", () => waiting.output.includes("waiting"));
    assert.equal(await waiting.stop(), 0);
  });

  it("ends at once, saying why, when it has no address", async () => {
    fs.writeFileSync(redis[2]!.file("topology/redis"), `redis-0 ${redis[0]!.address}\n`);
    assert.equal(await redis[2]!.start().exit(), 1);
    await redis[2]!.says(/does not name redis-2/);
  });

  it("lets nobody in without the password", async () => {
    lab.startAll();
    const master = await lab.settled();
    for (const [pod, command] of [[master, ["SET", "a", "b"]], [master, ["CONFIG", "GET", "requirepass"]], [sentinels[0]!, ["SENTINEL", "MASTERS"]]] as const) {
      await assert.rejects(pod.with((client) => client.call(command[0], ...command.slice(1)), ""), /NOAUTH/);
    }
    assert.ok(!fs.readFileSync(master.file("config/redis.conf"), "utf8").includes(labPassword));
  });
});
