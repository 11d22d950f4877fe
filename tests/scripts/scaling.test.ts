import assert from "node:assert/strict";
import * as fs from "node:fs";
import { eventually, sleep } from "../support/eventually";
import { PodLab, type Pod } from "../support/pod-lab";

describe("pod scripts: replicas 3 -> 5 -> 3", function () {
  this.timeout(600_000);
  let lab: PodLab;
  beforeEach(async () => {
    lab = await PodLab.create();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await lab.destroy();
  });

  const knows = (sentinels: Pod[], counts: string) =>
    eventually(
      `every sentinel knows ${counts}`,
      async () =>
        (await Promise.all(sentinels.map((pod) => pod.info("sentinel")))).every(
          (info) => info.master0?.includes("status=ok") && info.master0.includes(counts),
        ),
      { timeout: 200_000 },
    );
  /** Five nodes, of which three are named and run. */
  const threeOfFive = async () => {
    const { redis, sentinels } = lab.sentinelTopology(5, 3);
    const three = redis.slice(0, 3);
    // The first to forget is the last that takes a node for lost: the others wait for it all the same.
    sentinels[0]!.downAfter = 5000;
    lab.writeTopology(three, sentinels);
    for (const pod of [...three, ...sentinels]) pod.start();
    await knows(sentinels, "slaves=2,sentinels=3");
    return { redis, three, sentinels };
  };
  /** From when to when a sentinel lacked somebody after its reset, in its own log's milliseconds since 1970. */
  const withoutMemory = (pod: Pod): [number, number] => {
    const events = [
      ...pod.output.matchAll(/^\d+:X (\d+ \w+ \d+ [\d:.]+) \S (\+reset-master|\+slave |\+sentinel )/gm),
    ].map(([, time, event]) => ({ time: Date.parse(`${time} UTC`), event }));
    return [events.findLast(({ event }) => event === "+reset-master")!.time, events.at(-1)!.time];
  };
  const resets = (pod: Pod) => pod.output.split("+reset-master").length - 1;

  it("leaves no ghost, and takes one sentinel's memory at a time", async () => {
    const { redis, three, sentinels } = await threeOfFive();
    lab.writeTopology(redis, sentinels);
    for (const pod of redis.slice(3)) pod.start();
    await knows(sentinels, "slaves=4,sentinels=3");
    assert.ok(
      sentinels.every((pod) => resets(pod) === 0),
      "nobody left, so nobody is forgotten",
    );

    await Promise.all(redis.slice(3).map((pod) => pod.stop()));
    // The addresses go a while after the pods: the kubelet renews what a pod mounts once a minute.
    await sleep(4000);
    assert.ok(
      sentinels.every((pod) => resets(pod) === 0),
      "a replica that is down comes back, and is not forgotten",
    );
    lab.writeTopology(three, sentinels);
    await knows(sentinels, "slaves=2,sentinels=3");
    for (const pod of sentinels)
      await eventually(`${pod.name} has seen to the end`, () => pod.output.includes("every node is known again"));
    const gaps = sentinels.map(withoutMemory);
    const told = JSON.stringify(gaps.map((gap) => gap.map((time) => new Date(time).toISOString())));
    assert.ok(
      gaps.every(([from, to], i) => to > from && (i === 0 || from > gaps[i - 1]![1])),
      `one after the other: ${told}`,
    );
    await sleep(4000);
    assert.deepEqual(sentinels.map(resets), [1, 1, 1], "never on a loop");
    assert.equal((await lab.master()).name, "redis-0");
  });

  it("forgets nobody who has just come, though its list does not name them yet, and those who left a second time too", async () => {
    const { redis, sentinels } = await threeOfFive();
    // The two in turn, so that a sentinel often has one that it is not connected to yet.
    for (const pod of redis.slice(3)) {
      fs.writeFileSync(
        pod.file("topology/redis"),
        fs.readFileSync(pod.file("topology/redis"), "utf8") +
          redis
            .slice(3)
            .map(({ name, address }) => `${name} ${address}\n`)
            .join(""),
      );
      pod.start();
    }
    await knows(sentinels, "slaves=4,sentinels=3");
    // One that has only just come may be slow to answer.
    redis[4]!.hang();
    await sleep(4500);
    redis[4]!.resume();
    assert.deepEqual(sentinels.map(resets), [0, 0, 0]);
    await knows(sentinels, "slaves=4,sentinels=3");
    for (let time = 1; time <= 2; time++) {
      await Promise.all(redis.slice(3).map((pod) => pod.stop()));
      await knows(sentinels, "slaves=2,sentinels=3");
      assert.ok(
        sentinels.every((pod) => resets(pod) >= time),
        sentinels.map(resets).join(),
      );
      if (time === 1) for (const pod of redis.slice(3)) pod.start();
      if (time === 1) await knows(sentinels, "slaves=4,sentinels=3");
    }
  });

  it("forgets nobody while the master is down: the failover needs to know its replicas", async () => {
    const { redis, sentinels } = lab.sentinelTopology(4, 3);
    lab.startAll();
    await knows(sentinels, "slaves=3,sentinels=3");
    const master = await lab.master();
    const leaving = redis.filter((pod) => pod !== master).at(-1)!;
    const staying = redis.filter((pod) => pod !== leaving);
    // What hangs is down for the sentinels, but they do not promote until a majority says so.
    sentinels[2]!.hang();
    sentinels[1]!.hang();
    await leaving.kill();
    master.hang();
    lab.writeTopology(staying, sentinels);
    await sleep(6000);
    assert.equal(resets(sentinels[0]!), 0);
    for (const pod of [...sentinels.slice(1), master]) pod.resume();
    await knows(sentinels, "slaves=2,sentinels=3");
  });

  it("takes back what left, with its old disk and its old memory, though the master is another one since: 3 -> 5 -> 3 -> 5 of both", async () => {
    const { redis, sentinels } = lab.sentinelTopology(5, 5);
    const [three, watchers] = [redis.slice(0, 3), sentinels.slice(0, 3)];
    const scaleTo = async (pods: Pod[], named: Pod[], leaving: Pod[] = []) => {
      await Promise.all(leaving.map((pod) => pod.stop()));
      lab.writeTopology(pods, named);
      for (const pod of [...pods, ...named]) if (!pod.running) pod.start();
      await knows(named, `slaves=${pods.length - 1},sentinels=${named.length}`);
    };
    await scaleTo(three, watchers);
    await scaleTo(redis, sentinels);
    const old = await lab.master();
    await old.with(async (client) => {
      await client.set("value", "old");
      await client.wait(4, 5000);
    });
    await scaleTo(three, watchers, [...redis.slice(3), ...sentinels.slice(3)]);
    await old.kill();
    await eventually("another one leads", async () => {
      const named = await watchers[0]!.namedMaster();
      return named !== undefined && named !== old.address;
    });
    const master = await lab.master();
    await eventually("a write", () => master.with((client) => client.set("value", "new")));
    // New Services for those who come back; the disks remember the master of before, and addresses that nobody has any
    // more.
    await lab.makeServicesAgain([...redis.slice(3), ...sentinels.slice(3)]);
    await scaleTo(redis, sentinels);
    assert.equal((await lab.master()).name, master.name);
    assert.deepEqual(
      await Promise.all(sentinels.map((pod) => pod.namedMaster())),
      sentinels.map(() => master.address),
    );
    for (const pod of redis)
      await eventually(
        `${pod.name} has the latest`,
        async () => (await pod.with((client) => client.get("value"))) === "new",
      );
  });

  it("counts a majority of the sentinels that are left, not of those that were", async () => {
    const { redis, sentinels } = lab.sentinelTopology(3, 5);
    lab.startAll();
    await knows(sentinels, "slaves=2,sentinels=5");
    await Promise.all(sentinels.slice(3).map((pod) => pod.stop()));
    lab.writeTopology(redis, sentinels.slice(0, 3));
    await knows(sentinels.slice(0, 3), "slaves=2,sentinels=3");
  });
});
