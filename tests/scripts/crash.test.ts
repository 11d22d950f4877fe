import assert from "node:assert/strict";
import { eventually, sleep } from "../support/eventually";
import { labMasterName, PodLab, type Pod } from "../support/pod-lab";

describe("pod scripts: Redis ends though nobody stopped its pod", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let redis: Pod[];
  let sentinels: Pod[];
  const downAfter = 120_000;

  const start = async (settings: Record<string, string> = {}, stub = "") => {
    lab = await PodLab.create({ settings });
    lab.addToScript("failover.sh", stub);
    ({ redis, sentinels } = lab.sentinelTopology());
    // Longer than a test waits: what is replaced was replaced because the node asked for it, on however busy a machine.
    for (const pod of sentinels) pod.downAfter = downAfter;
    lab.startAll();
  };
  const peersOf = (pod: Pod) => redis.filter((other) => other !== pod);
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await lab.destroy();
  });

  it("replaces a master that crashed before the sentinels have noticed anything, and takes it back as a replica", async () => {
    await start();
    const old = await lab.settled();
    await old.with((client) => client.set("kept", "yes"));
    await old.with((client) => client.wait(2, 0));
    old.crash();
    await eventually(
      "a peer is master",
      async () =>
        (await Promise.all(peersOf(old).map((pod) => pod.info("replication")))).some((info) => info.role === "master"),
      { every: 20 },
    );
    const master = await lab.settled();
    assert.notEqual(master, old);
    assert.ok(old.running, "the container went on");
    assert.equal(await master.with((client) => client.get("kept")), "yes");
    await old.says(/crash: this node was the master; the sentinels promote a replica/);
    await old.says(/role: replica of/);
  });

  it("asks again where a sentinel gives up at once, because it brings its INFOs together just then", async () => {
    await start();
    const old = await lab.settled();
    // A master that never held anything leads again once it has asked in vain: nobody can have more than it.
    await old.with((client) => client.set("kept", "yes"));
    await old.with((client) => client.wait(2, 0));
    const infoPeriods = (milliseconds?: number) =>
      Promise.all(sentinels.map((pod) => pod.clock("INFO-PERIOD", milliseconds)));
    // A replica is good for three periods after its INFO. A millisecond beside what keep_apart sets, which so leaves it
    // alone once it is not at it.
    await eventually("the period stays", async () => {
      await infoPeriods(2);
      await sleep(300);
      return (await infoPeriods()).every((period) => period === 2);
    });
    old.crash();
    const asked = () => old.output.split("crash: this node was the master").length - 1;
    await eventually("it has asked", () => asked() > 0, { every: 20 });
    // A sentinel selects the replica one or two turns of its clock later.
    await sleep(250);
    await infoPeriods(900);
    assert.notEqual(await lab.settled(), old);
    await old.says(/crash: this node was the master; the sentinels promote a replica/);
    assert.ok(asked() > 1, old.output);
  });

  describe("has none promoted that has less than another replica got of the master", () => {
    let old: Pod, more: Pod, less: Pod;
    const settle = async (stub = "") => {
      await start({}, stub);
      old = await lab.settled();
      [more, less] = peersOf(old) as [Pod, Pod];
    };
    /** One of them hangs, and does not get what was written last. */
    const write = () =>
      old.with(async (client) => {
        less.hang();
        // Who does not hang comes back.
        await client.call("CLIENT", "KILL", "TYPE", "replica");
        await eventually("one replica", async () =>
          (await client.info("replication")).includes(`ip=${more.address},port=6379,state=online`),
        );
        await client.set("written", "last");
        await client.wait(1, 0);
      });
    const crash = async () => {
      old.crash();
      less.resume();
      assert.equal((await lab.settled()).name, more.name);
      assert.equal(await more.with((client) => client.get("written")), "last");
      await old.says(new RegExp(`failover: ${less.address} lacks what was written last`));
      await eventually(
        "it may be promoted again",
        async () => (await less.info("replication")).slave_priority === "100",
      );
    };

    it("though every sentinel likes that one better", async () => {
      await settle();
      await less.with((client) => client.config("SET", "replica-priority", "1"));
      await eventually("the sentinels know", async () =>
        (
          await Promise.all(
            sentinels.map((pod) =>
              pod.with((client) => client.call("SENTINEL", "REPLICAS", labMasterName) as Promise<string[][]>),
            ),
          )
        ).every((replicas) =>
          replicas.some(
            (replica) => replica.includes(less.address) && replica[replica.indexOf("slave-priority") + 1] === "1",
          ),
        ),
      );
      await write();
      await crash();
    });

    it("without asking everybody first where a sentinel knows who has more: its next INFO would be a second away", async () => {
      await settle("refresh() { log refreshed; return 1; }");
      await write();
      await sleep(1200);
      await crash();
      assert.doesNotMatch(old.output, /refreshed/);
    });
  });

  it("asks for no failover when a replica crashed", async () => {
    await start();
    const master = await lab.settled();
    const replica = peersOf(master)[0]!;
    replica.crash("SIGSEGV");
    await eventually("the replica is back", () => /crash: redis-server ended[^]*role: replica of/.test(replica.output));
    assert.equal(await lab.settled(), master);
    assert.doesNotMatch(replica.output, /the sentinels promote/);
  });

  it("leaves one that crashes again to Kubernetes, which restarts it ever more slowly and shows it", async () => {
    await start();
    const master = await lab.settled();
    const replica = peersOf(master)[0]!;
    replica.crash();
    await eventually("the replica is back", () => /crash: redis-server ended[^]*role: replica of/.test(replica.output));
    replica.crash();
    assert.equal(await replica.exit(), 137);
    await replica.says(/crash: the second within a minute, so the container ends/);
  });

  it("ends with Redis's own message and code where Redis refuses to start", async () => {
    await start({ "maxmemory-policy": "misspelt" });
    assert.equal(await redis[0]!.exit(), 1);
    await redis[0]!.says(/FATAL CONFIG FILE ERROR/);
  });

  it("replaces a master that somebody shut down by hand, rather than let its clients wait for down-after", async () => {
    await start();
    const old = await lab.settled();
    await old.with((client) => client.call("SHUTDOWN", "NOW")).catch(() => undefined);
    await eventually(
      "a peer is master",
      async () =>
        (await Promise.all(peersOf(old).map((pod) => pod.info("replication")))).some((info) => info.role === "master"),
      { every: 20 },
    );
    assert.equal(await old.exit(), 0);
  });
});
