import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { OnDamage } from "../../components/redis/choices";
import { DataFiles, flip } from "../support/damage";
import { eventually, sleep } from "../support/eventually";
import { type Pod, type PodLab } from "../support/pod-lab";
import { freshSentinelLab } from "../support/sentinel-lab";

describe("pod scripts: damaged data files, among peers", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let redis: Pod[];
  let sentinels: Pod[];

  freshSentinelLab((fresh) => {
    ({ lab, redis, sentinels } = fresh);
  });

  /** A cluster with data in its base files and its logs, everything synced. */
  const filled = async () => {
    lab.startAll();
    const master = await lab.settled();
    await master.with(async (client) => {
      for (let n = 0; n < 200; n++) await client.set(`key:${n}`, "v".repeat(50));
    });
    for (const pod of redis) await new DataFiles(pod).rewrite();
    await master.with(async (client) => {
      for (let n = 200; n < 400; n++) await client.set(`key:${n}`, "v".repeat(50));
      await client.wait(2, 0);
    });
    await sleep(1200);
    return master;
  };
  const damage = (pod: Pod) => {
    const files = new DataFiles(pod);
    flip(files.base, 600, 0xff);
  };
  const choose = async (way: OnDamage) => {
    await lab.powerCut();
    for (const pod of redis) pod.onDamage = way;
    lab.startAll();
  };
  const marked = (pod: Pod) => fs.existsSync(pod.file("data/follow-only"));
  const assertNobodyLeads = async () => {
    // One that is not named by the sentinels waits for the one that is.
    for (const pod of redis)
      await eventually(`${pod.name} says why`, () =>
        /waiting: [^\n]*(no node holds data but those whose files were damaged|which does not answer as master yet)/.test(
          pod.output,
        ),
      );
    assert.ok(
      redis.some((pod) =>
        /no node holds data but those whose files were damaged \([^)]*\), and persistence.onDamage is "stop"/.test(
          pod.output,
        ),
      ),
    );
    await sleep(1500);
    for (const pod of redis) assert.equal((await pod.info("replication")).role, "slave", pod.name);
  };

  it("a damaged replica keeps its files aside, copies everything from the master, and may lead again", async () => {
    const master = await filled();
    const replica = redis.find((pod) => pod !== master)!;
    await replica.kill();
    damage(replica);
    replica.start();
    await lab.settled();
    await eventually("it may lead again", () => !marked(replica));
    await replica.says(/WARNING: appendonly\.aof\.\d+\.base\.rdb is damaged/);
    await replica.says(/this node may lead again: it has a whole copy/);
    assert.equal((await replica.info("replication")).slave_priority, "100");
    assert.equal(await replica.with((client) => client.dbsize()), 400);
    assert.ok(fs.existsSync(path.join(new DataFiles(replica).setAside[0]!, "appendonlydir")));
  });

  it("a damaged master that is back before anybody noticed does not lead, and wipes nobody", async () => {
    const master = await filled();
    await master.kill();
    damage(master);
    master.start();
    const successor = await lab.settled();
    assert.notEqual(successor, master);
    assert.equal(await successor.with((client) => client.dbsize()), 400);
    assert.equal(await master.with((client) => client.dbsize()), 400);
    await eventually("it may lead again", () => !marked(master));
  });

  it("a cluster that lost power comes back with its data, though the master that the sentinels name is damaged", async () => {
    const master = await filled();
    await lab.powerCut();
    damage(master);
    lab.startAll();
    const successor = await lab.settled();
    assert.notEqual(successor, master);
    assert.equal(await successor.with((client) => client.dbsize()), 400);
    assert.equal(await master.with((client) => client.dbsize()), 400);
  });

  it("what a repair kept does not lead before the peers have said what they hold: theirs may be whole", async () => {
    const master = await filled();
    await lab.powerCut();
    const { last } = new DataFiles(master);
    flip(last, fs.readFileSync(last).indexOf("key:300") - 17, 0xff);
    const peers = redis.filter((pod) => pod !== master);
    master.onDamage = "repair";
    for (const pod of [master, ...sentinels]) pod.start();
    await eventually("it waits for them", () =>
      /waiting: the sentinels name this node, but [^\n]* is not known: /.test(master.output),
    );
    for (const pod of peers) pod.start();
    await lab.settled();
    for (const pod of redis) assert.equal(await pod.with((client) => client.dbsize()), 400, pod.name);
  });

  it("is not taken for a new cluster when one is damaged and the others lost their disks; then persistence.onDamage decides", async () => {
    const master = await filled();
    await lab.powerCut();
    damage(master);
    for (const pod of [...redis.filter((other) => other !== master), ...sentinels]) pod.loseDisk();
    lab.startAll();
    await assertNobodyLeads();
    await choose("empty");
    const leader = await lab.settled();
    assert.equal(await leader.with((client) => client.dbsize()), 0);
    await eventually("the mark is gone", () => !marked(master));
    assert.ok(fs.existsSync(path.join(new DataFiles(master).setAside[0]!, "appendonlydir")));
  });

  it("is led by nobody when every node is damaged, and by the one that kept most once a repair is asked for", async () => {
    await filled();
    await lab.powerCut();
    // The first keeps its base and 100 commands, the second loses its base, the third its log.
    const cut = new DataFiles(redis[0]!);
    const log = fs.readFileSync(cut.last);
    flip(cut.last, log.indexOf("key:300") - 17, 0xff);
    damage(redis[1]!);
    fs.rmSync(new DataFiles(redis[2]!).last);
    lab.startAll();
    await assertNobodyLeads();
    await choose("repair");
    const leader = await lab.settled();
    assert.equal(leader, redis[0]);
    const keys = await leader.with((client) => client.dbsize());
    assert.ok(keys === 300, `${keys} keys`);
    await eventually("no mark is left", () => !redis.some(marked));
  });

  it("seeds one node from an RDB file alone, and its peers from it", async () => {
    const master = await filled();
    await master.with((client) => client.save());
    const rdb = fs.readFileSync(master.file("data/dump.rdb"));
    await lab.powerCut();
    for (const pod of lab.pods.values()) pod.loseDisk();
    fs.writeFileSync(redis[1]!.file("data/dump.rdb"), rdb);
    lab.startAll();
    const leader = await lab.settled();
    assert.equal(leader, redis[1]);
    assert.equal(await leader.with((client) => client.dbsize()), 400);
    await leader.says(/seeding: done, 400 keys[^]*role: master/);
  });
});
