import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Redis } from "ioredis";
import { besideDatabase0 } from "../support/beside-database-0";
import { eventually, sleep } from "../support/eventually";
import { labMasterName, labPassword, type Pod, type PodLab } from "../support/pod-lab";
import { freshSentinelLab } from "../support/sentinel-lab";

describe("pod scripts: sentinel topology on real Redis processes", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let redis: Pod[];
  let sentinels: Pod[];

  freshSentinelLab((fresh) => {
    ({ lab, redis, sentinels } = fresh);
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
    await replica.with(async (client) => {
      await client.config("SET", "replica-announce-ip", "127.0.0.9");
      await client.client("KILL", "TYPE", "master");
    });
    const probed = await eventually("it follows under another address, and is not ready", async () => {
      const found = replica.probe("redis-ready.sh");
      return (await replica.info("replication")).master_link_status === "up" && found.code === 1 && found;
    });
    assert.match(probed.output, /does not count this replica as in sync/);
    // The loss of the master is not the replica's fault.
    master.hang();
    assert.equal(replica.probe("redis-ready.sh").code, 0);
  });

  it("does not make pod 0 master while a peer is silent: it may hold the data", async () => {
    redis[0]!.start();
    redis[1]!.start();
    for (const pod of sentinels) pod.start();
    await eventually("pod 0 says what it waits for", () =>
      redis[0]!.output.includes("what these nodes hold is not known: "),
    );
    await sleep(2000);
    for (const pod of redis.slice(0, 2)) {
      assert.equal((await pod.info("replication")).role, "slave");
      assert.equal(pod.probe("redis-ready.sh").code, 1);
    }
  });

  it("fails over when the master loses power, and the old master follows when it is back", async () => {
    lab.startAll();
    const old = await lab.settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.with((client) => client.wait(2, 0));
    await old.kill();
    const successor = await eventually("a new master", async () => {
      const master = await lab.master();
      return master !== old && master;
    });
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

  const key = {
    what: "a key",
    put: (client: Redis) => client.set("kept", "yes"),
    isThere: async (client: Redis) => (await client.get("kept")) === "yes",
  };
  for (const { what, put, isThere } of [key, ...besideDatabase0]) {
    it(`does not let a master that lost its disk wipe its replicas, be it ${what} that they hold`, async () => {
      lab.startAll();
      const old = await lab.settled();
      await old.with(put);
      await old.with((client) => client.wait(2, 0));
      await old.kill();
      old.loseDisk();
      old.start();
      const master = await lab.settled();
      assert.notEqual(master.name, old.name);
      for (const pod of [master, old]) assert.ok(await pod.with(isThere), pod.name);
    });
  }

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

  it("follows the master that the sentinels name when the one that it follows has gone, before a sentinel tells it to", async () => {
    lab.startAll();
    const master = await lab.settled();
    const replica = redis.find((pod) => pod !== master)!;
    await replica.with((client) => client.replicaof(replica.address.replace(/\d+$/, "99"), 6379));
    await replica.says(
      /role: replica of \S+ \(named by a majority of the sentinels; \S+, which it followed, is not a master\)/,
    );
    assert.equal(await lab.settled(), master);
  });

  it("keeps Sentinel's clocks as they were measured, though a node that hands over dies in the middle of it", async () => {
    lab.startAll();
    await lab.settled();
    const sentinel = sentinels[0]!;
    const periods = () =>
      Promise.all(
        ["INFO-PERIOD", "PING-PERIOD", "ASK-PERIOD", "MIN-LINK-RECONNECT-PERIOD"].map((clock) => sentinel.clock(clock)),
      );
    await eventually("its clocks are set", async () => (await periods()).join() === "900,300,100,1000");
    await sentinel.clock("INFO-PERIOD", 1);
    await eventually("they are set back", async () => (await periods()).join() === "900,300,100,1000");
  });

  it("does not stay the replica of a replica that no sentinel knows of", async () => {
    lab.startAll();
    const master = await lab.settled();
    const [between, last] = redis.filter((pod) => pod !== master) as [Pod, Pod];
    await last.with((client) => client.replicaof(between.address, 6379));
    await eventually(
      "a chain",
      async () =>
        (await between.info("replication")).connected_slaves === "1" &&
        (await master.info("replication")).connected_slaves === "1",
    );
    // As sentinels that have just started, and were told by nobody.
    await Promise.all(sentinels.map((pod) => pod.with((client) => client.call("SENTINEL", "RESET", labMasterName))));
    assert.equal(await lab.settled(), master);
    await last.says(
      /role: replica of \S+ \(named by a majority of the sentinels; \S+, which it followed, is not a master\)/,
    );
  });

  it("spreads the sentinels' INFOs over the second, so that after a crash the next one of some sentinel comes at the right time", async () => {
    lab.startAll();
    await lab.settled();
    const age = (pod: Pod) =>
      pod.with(async (client) => {
        const replicas = (await client.call("SENTINEL", "REPLICAS", labMasterName)) as string[][];
        return Math.min(...replicas.map((replica) => Number(replica[replica.indexOf("info-refresh") + 1])));
      });
    // Between the ages that they have at one moment, counted around: some 950 ms if all come together, a third of it if
    // they keep apart.
    await eventually("the widest gap is 520 ms at most, as a rule", async () => {
      const widest: number[] = [];
      for (let n = 0; n < 40; n++) {
        const ages = (await Promise.all(sentinels.map(age))).sort((a, b) => a - b);
        widest.push(
          Math.max(...ages.slice(1).map((each, index) => each - ages[index]!), ages[0]! + 950 - ages.at(-1)!),
        );
        await sleep(120);
      }
      widest.sort((a, b) => a - b);
      if (widest[20]! >= 520) throw new Error(widest.join(" "));
      return true;
    });
  });

  it("stays the master that it was made again between two looks: that the sentinels still name the other one says nothing yet", async () => {
    lab.startAll();
    const first = await lab.settled();
    await first.says(/role: master/);
    // Until a look has found that it is named.
    await sleep(3000);
    const resume = first.holdWatches();
    // One that is just bringing its INFOs together takes no replica for good.
    await eventually("a failover", () =>
      sentinels[0]!.with((client) => client.call("SENTINEL", "FAILOVER", labMasterName)),
    );
    const second = await eventually("another master", async () => {
      const master = await lab.master();
      return master !== first && master;
    });
    await eventually(
      `${first.name} follows ${second.name}`,
      async () => (await first.info("replication")).master_link_status === "up",
    );
    // As the sentinel that promotes it, before it has told the others.
    await first.with((client) => client.replicaof("NO", "ONE"));
    resume();
    // Until the sentinels, who have promoted nobody here, make it a replica.
    await eventually(
      `${first.name} follows ${second.name} again`,
      async () => (await first.info("replication")).master_link_status === "up",
    );
    assert.doesNotMatch(first.output, /which replaced this node/);
  });

  // The first failover lasts until its last replica follows, which one with a wrong password never does; the second
  // begins and ends meanwhile.
  it("corrects a sentinel whose own failover ended after the next one, and that named a replica from then on", async () => {
    lab.startAll();
    const first = await lab.settled();
    const [second, third] = redis.filter((pod) => pod !== first) as [Pod, Pod];
    const [leader, next] = sentinels as [Pod, Pod];
    // Else it would let itself be promoted again.
    const resume = third.holdWatches();
    await third.with(async (client) => {
      await client.config("SET", "masterauth", "wrong");
      await client.config("SET", "replica-priority", "0");
    });
    const move = async (sentinel: Pod, from: Pod, to: Pod) => {
      await eventually(`${sentinel.name} knows whom not to promote`, async () => {
        const replicas = (await sentinel.with((client) =>
          client.call("SENTINEL", "REPLICAS", labMasterName),
        )) as string[][];
        return replicas.some(
          (replica) => replica.includes(third.address) && replica[replica.indexOf("slave-priority") + 1] === "0",
        );
      });
      await eventually(`${to.name} is master, with ${from.name} behind it`, async () => {
        const { address, flags } = await sentinel.shownMaster();
        // Again where it gave up, as one does that has no INFO of the last second and a half.
        if (address === from.address && !flags.includes("failover_in_progress"))
          await sentinel.with((client) => client.call("SENTINEL", "FAILOVER", labMasterName));
        return (
          (await to.info("replication")).role === "master" &&
          (await from.info("replication")).master_link_status === "up"
        );
      });
    };
    await move(leader, first, second);
    await eventually(
      "the next sentinel has heard of it",
      async () => (await next.shownMaster()).address === second.address,
    );
    await move(next, second, first);
    await leader.says(/\+failover-end .*\+switch-master \S+ \S+ \d+ 127\.\S+/s);
    assert.equal(await leader.namedMaster(), second.address);
    await third.with(async (client) => {
      await client.config("SET", "masterauth", labPassword);
      await client.config("SET", "replica-priority", "100");
    });
    resume();
    await leader.says(
      /starting again: a majority of the sentinels names \S+, which is master, and this one \S+, which is not/,
    );
    assert.equal(await lab.settled(), first);
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

  it("names no function like a command of the image: whatever script means the command would call the function", () => {
    const folder = (name: string) => fs.readdirSync(path.join(lab.root, name));
    const functions = folder("scripts").flatMap((script) =>
      [...fs.readFileSync(path.join(lab.root, "scripts", script), "utf8").matchAll(/^(\w+)\(\)/gm)].map(
        ([, name]) => name!,
      ),
    );
    assert.ok(functions.length > 100);
    const commands = new Set([...folder("usr/bin"), ...folder("usr/local/bin")]);
    assert.ok(commands.has("awk"));
    assert.deepEqual(
      functions.filter((name) => commands.has(name)),
      [],
    );
  });

  it("gives the id of a process to no other variable: the functions share them, and what is to stop would go on", () => {
    const folder = path.join(lab.root, "scripts");
    const text = fs
      .readdirSync(folder)
      .map((script) => fs.readFileSync(path.join(folder, script), "utf8"))
      .join("\n");
    const ids = new Set([...text.matchAll(/\b(\w+)=\$!/g)].map(([, name]) => name!));
    assert.ok(ids.has("redis"));
    const others = [...text.matchAll(/\bfor (\w+) in\b|\bread -r ([\w ]+)|\b(\w+)=(?!\$!|''|[\s;])/g)].flatMap(
      ([, loop, read, assigned]) => [loop, ...(read ?? "").split(" "), assigned],
    );
    assert.deepEqual(
      others.filter((name) => name && ids.has(name)),
      [],
    );
  });

  it("lets nobody in without the password", async () => {
    lab.startAll();
    const master = await lab.settled();
    for (const [pod, command] of [
      [master, ["SET", "a", "b"]],
      [master, ["CONFIG", "GET", "requirepass"]],
      [sentinels[0]!, ["SENTINEL", "MASTERS"]],
    ] as const) {
      await assert.rejects(
        pod.with((client) => client.call(command[0], ...command.slice(1)), ""),
        /NOAUTH/,
      );
    }
    assert.ok(!fs.readFileSync(master.file("config/redis.conf"), "utf8").includes(labPassword));
  });
});
