import assert from "node:assert/strict";
import * as fs from "node:fs";
import Redis from "ioredis";
import { eventually, printTime, sleep } from "../support/eventually";
import { labMasterName, labPassword, type Pod, type PodLab } from "../support/pod-lab";
import { freshSentinelLab } from "../support/sentinel-lab";
import { writeUntilRefused } from "../support/writer";

describe("pod scripts: the master hands over before it stops", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let redis: Pod[];
  let sentinels: Pod[];

  freshSentinelLab((fresh) => {
    ({ lab, redis, sentinels } = fresh);
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
    assert.ok(
      left - Date.parse(`${said} UTC`) > 400,
      "the pod's network goes with it: a client that the endpoint still sends there would be answered by nobody",
    );
    const successor = await lab.master();
    assert.notEqual(successor.name, old.name);
    assert.ok(acknowledged > 100, `${acknowledged} writes`);
    const found = await successor.with((client) => client.dbsize());
    assert.ok(found >= acknowledged, `${acknowledged} acknowledged, ${found} found`);
    assert.equal(await successor.with((client) => client.get(`key:${acknowledged}`)), String(acknowledged));
    assert.ok(!fs.existsSync(old.file("data/clean-stop")), "another one may have more by now");
    old.start();
    assert.equal((await lab.settled()).name, successor.name);
    await old.says(/role: replica of/);
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
    const writes = writeUntilRefused(master);
    const stopped = master.stop();
    await master.says(/handover: pausing writes/);
    const from = Date.now();
    await writes;
    printTime("clients waited for the move, beside a sentinel that hangs", from, 1.2);
    await stopped;
    await master.says(/handover: \S+ is master now/);
  });

  for (const [what, leave] of [
    ["does not follow it", (replica: Pod) => replica.with((client) => client.replicaof("127.0.0.1", 1))],
    [
      "hangs for longer than is waited for it",
      (replica: Pod) => {
        replica.hang();
        setTimeout(() => replica.resume(), 15_000);
      },
    ],
  ] as const) {
    it(`has none promoted that has less than was written, whatever Sentinel likes better: one that ${what}`, async () => {
      lab.startAll();
      const old = await lab.settled();
      const liked = redis.find((pod) => pod !== old)!;
      await liked.with((client) => client.config("SET", "replica-priority", "1"));
      await eventually("the sentinels know whom to like", async () =>
        (
          await Promise.all(
            sentinels.map((pod) => pod.with((client) => client.call("SENTINEL", "REPLICAS", labMasterName))),
          )
        ).every((known) => JSON.stringify(known).includes('"slave-priority","1"')),
      );
      const writes = writeUntilRefused(old);
      await sleep(500);
      await leave(liked);
      await sleep(1500);
      const from = Date.now();
      await old.stop();
      printTime("handed over beside a replica that has less", from, 5);
      const acknowledged = await writes;
      const master = await eventually("another one leads", async () => {
        const found = await lab.master();
        return found !== old && found;
      });
      assert.notEqual(master, liked);
      assert.ok(acknowledged > 100, `${acknowledged} writes`);
      await old.says(new RegExp(`handover: ${master.address} is master now, with everything that was written here`));
      assert.equal(await master.with((client) => client.get(`key:${acknowledged}`)), String(acknowledged));
      old.start();
      await lab.settled();
      await eventually(
        "it may be promoted again",
        async () => (await liked.info("replication")).slave_priority !== "0",
      );
    });
  }

  it("waits, with its writes going on, for a replica that is still on its way back: with too few in sync the new master would take no write", async () => {
    lab.startAll();
    const old = await lab.settled();
    const away = redis.find((pod) => pod !== old)!;
    await away.stop();
    const stopped = old.stop();
    await sleep(3000);
    assert.equal(await old.with((client) => client.set("while", "waiting")), "OK");
    away.start();
    await stopped;
    await old.says(/handover: \S+ is master now, with everything that was written here/);
    const [, sinceItLeft] = old.output.split(`Connection with replica ${away.address}:6379 lost`);
    assert.match(
      sinceItLeft!,
      /(Partial resynchronization request from \S+ accepted|Synchronization with replica \S+ succeeded)[^]*handover: pausing writes/,
    );
  });

  it("waits no longer for anybody once a replica leaves, too: where everything stops it would only be slower", () => {
    const waits = (online: string) =>
      redis[0]!
        .call(
          ["lib.sh", "successors.sh", "handover.sh"],
          `
      replicas_now() { ${online}; }
      role_of() { echo slave; }
      if all_can_follow 1 1; then echo goes on; else echo waits; fi`,
        )
        .output.trim();
    assert.deepEqual([waits("echo a"), waits("printf 'a\\nb\\n'"), waits(":")], ["waits", "goes on", "goes on"]);
  });

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

  it("closes its clients once every sentinel has an answer for them, and leaves once none shows it any more", async () => {
    lab.startAll();
    const old = await lab.settled();
    const shown = () => Promise.all(sentinels.map((pod) => pod.shownMaster()));
    const client = new Redis({
      host: old.address,
      password: labPassword,
      retryStrategy: null,
      enableReadyCheck: false,
    });
    client.on("error", () => undefined);
    const closed = new Promise((resolve) => client.once("close", resolve)).then(shown);
    await client.ping();
    await old.stop();
    const whenClosed = await closed,
      whenGone = await shown();
    await old.says(new RegExp(`for ${sentinels.at(-1)!.address} to promote`));
    // The one that was asked to fail over, which is not the first that clients ask, shows the old one for a second.
    assert.match(whenClosed.pop()!.flags, /failover_in_progress/);
    for (const { address, flags } of whenClosed) assert.deepEqual([address === old.address, flags], [false, "master"]);
    for (const { address } of whenGone) assert.notEqual(address, old.address);
  });

  it("has a client wait that comes after its replicas have left it, rather than refuse what it writes", async () => {
    lab.addToScript("handover.sh", "all_have_heard() { sleep 2; }");
    lab.startAll();
    const old = await lab.settled();
    await old.with(async (client) => {
      const stopped = old.stop();
      await eventually("its replicas follow another", async () =>
        (await client.info("replication")).includes("connected_slaves:0"),
      );
      const ends = await Promise.all([
        client.set("key", "value").catch(String),
        client.multi().incr("counter").exec().catch(String),
      ]);
      for (const end of ends) assert.match(String(end), /closed?\b/);
      await stopped;
    });
    await old.says(/handover: \S+ is master now, with everything that was written here/);
  });

  it("asks again where the sentinel gives up what it was asked for, because it brings its INFOs together just then", async () => {
    // A replica is good for three periods after its INFO. Set between the order and the choice, a turn or two of the
    // sentinel's clock later.
    lab.addToScript(
      "failover.sh",
      `order_failover() {
      reply=$(ask "$1" "$sentinel_port" SENTINEL FAILOVER "$MASTER_NAME")
      [ "$reply" = OK ] || return 1
      [ -e "$DATA/ordered" ] || info_period "$1" 2
      : >"$DATA/ordered"
    }`,
    );
    lab.startAll();
    const old = await lab.settled();
    const writes = writeUntilRefused(old);
    await sleep(500);
    const from = Date.now();
    await old.stop();
    printTime("handed over though a sentinel gave up", from, 5);
    await old.says(/handover: \S+ gave up what it was asked for, and \S+ was asked/);
    await old.says(/handover: \S+ is master now, with everything that was written here/);
    const acknowledged = await writes;
    assert.equal(await (await lab.master()).with((client) => client.get(`key:${acknowledged}`)), String(acknowledged));
  });

  it("says how much a new master lacks, and that it is not known of one which did not go on from here", async () => {
    lab.startAll();
    const old = await lab.settled();
    const { master_replid: history } = await old.info("replication");
    await old.stop();
    const successor = await lab.master();
    const written = Number((await successor.info("replication")).second_repl_offset) - 1;
    const compare = (of: string, upTo: number) =>
      successor.call(["lib.sh", "handover.sh"], `history=${of} written=${upTo}; compare ${successor.address}`).output;
    assert.match(compare(history!, written), /Z handover: \S+ is master now, with everything that was written here/);
    assert.match(
      compare(history!, written + 100),
      /WARNING: handover: \S+ is master now, and lacks 100 bytes of what was written here/,
    );
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

  it("does not bring the INFOs of a sentinel together that a node counts on, which hands over", async () => {
    lab.startAll();
    await lab.settled();
    const [counted] = sentinels as [Pod];
    const period = () => counted.clock("INFO-PERIOD");
    await eventually(
      "it goes to its place in the second, by a period of 1 ms for a moment",
      async () => (await period()) === 1,
      { every: 10 },
    );
    await eventually("it is there", async () => (await period()) === 900, { every: 10 });
    const seen = new Set([await counted.clock("INFO-PERIOD", 901)]);
    await eventually(
      "it is set back",
      async () => {
        seen.add(await period());
        return seen.has(900);
      },
      { every: 10 },
    );
    assert.deepEqual([...seen], [901, 900]);
  });

  it("does not bring the INFOs of a sentinel together that is failing over: it would take no replica for good, and give up", async () => {
    lab.startAll();
    const master = await lab.settled();
    const [asked] = sentinels as [Pod];
    // Both still count as good, since it has just brought their INFOs together, and neither becomes the master.
    await eventually("it brings its INFOs together", async () => (await asked.clock("INFO-PERIOD")) === 1, {
      every: 10,
    });
    await eventually("it has", async () => (await asked.clock("INFO-PERIOD")) === 900, { every: 10 });
    const replicas = redis.filter((pod) => pod !== master);
    for (const pod of replicas) pod.hang();
    assert.equal(await asked.with((client) => client.call("SENTINEL", "FAILOVER", labMasterName)), "OK");
    const seen = new Set<number>();
    // Four times its turn, in which it is at it for a tenth of a second.
    for (const until = Date.now() + 4000; Date.now() < until; await sleep(10))
      seen.add(await asked.clock("INFO-PERIOD"));
    const { flags } = await asked.shownMaster();
    for (const pod of replicas) pod.resume();
    assert.match(flags, /failover_in_progress/);
    assert.ok(!seen.has(1), [...seen].join(" "));
  });

  it("keeps the successor of a pod deleted by force off its volume, and so from having a peer promoted under writes that go on", async () => {
    lab.startAll();
    const old = await lab.settled();
    const successor = lab
      .sentinelTopology()
      .redis.find(({ name }) => name === old.name)!
      .start();
    await eventually("it waits", () =>
      successor.output.includes("waiting: the pod before this one still runs on this volume"),
    );
    await sleep(3000);
    assert.equal((await old.info("replication")).role, "master");
    await old.with((client) => client.set("kept", "yes"));
    assert.equal(await old.stop(), 0);
    await old.says(/handover: \S+ is master now/);
    await eventually("it follows", () => successor.output.includes("role: replica of"));
    await Promise.all([...redis.filter((pod) => pod !== old), ...sentinels].map((pod) => pod.kill()));
  });
});
