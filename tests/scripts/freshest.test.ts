import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import { besideDatabase0 } from "../support/beside-database-0";
import { eventually, sleep } from "../support/eventually";
import { type Pod, type PodLab } from "../support/pod-lab";
import { freshSentinelLab } from "../support/sentinel-lab";

describe("pod scripts: who is master when no sentinel remembers one", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let redis: Pod[];

  freshSentinelLab((fresh) => {
    ({ lab, redis } = fresh);
  });

  /** A volume with data on it, from another time. */
  const fill = async (pod: Pod, put: (client: Redis) => Promise<unknown>) => {
    pod.start();
    await eventually("it waits for the others", () => pod.output.includes("what these nodes hold is not known"));
    await pod.with((client) => client.call("REPLICAOF", "NO", "ONE"));
    await eventually("it obeys an operator", () => pod.output.includes("role: master (set from outside)"));
    await pod.with(async (client) => {
      await client.config("SET", "min-replicas-to-write", "0");
      await put(client);
    });
    await pod.stop();
  };

  it("lets the only node with data lead, though it is not the first: a disk that was there before", async () => {
    await fill(redis[1]!, (client) => client.set("value", "kept"));
    lab.startAll();
    const master = await lab.master();
    assert.equal(master.name, "redis-1");
    for (const pod of redis)
      await eventually(
        `${pod.name} has the data`,
        async () => (await pod.with((client) => client.get("value"))) === "kept",
      );
  });

  for (const { what, put, isThere } of besideDatabase0) {
    it(`lets the only node lead that holds anything, be it ${what}: an empty one would wipe it`, async () => {
      await fill(redis[1]!, put);
      lab.startAll();
      assert.equal((await lab.master()).name, "redis-1");
      for (const pod of redis) await eventually(`${pod.name} has it`, () => pod.with(isThere));
    });
  }

  it("lets nobody lead while a node that may hold data is silent", async () => {
    await fill(redis[1]!, (client) => client.set("value", "kept"));
    for (const pod of lab.pods.values()) if (pod !== redis[2]) pod.start();
    await eventually(
      "they say whom they wait for",
      () =>
        redis[0]!.output.includes(`not known: ${redis[2]!.address}`) &&
        redis[1]!.output.includes(`not known: ${redis[2]!.address}`),
    );
    await sleep(1500);
    for (const pod of redis.slice(0, 2)) assert.equal((await pod.info("replication")).role, "slave");
  });

  it("guesses nothing between two histories: the wrong one would wipe the right one", async () => {
    await fill(redis[1]!, (client) => client.set("value", "one"));
    await fill(redis[2]!, (client) => client.set("value", "another"));
    lab.startAll();
    for (const pod of redis)
      await eventually(`${pod.name} says what to do`, () =>
        /several nodes hold data of different histories[^\n]*REPLICAOF NO ONE/.test(pod.output),
      );
    await sleep(1500);
    for (const pod of redis) assert.equal((await pod.info("replication")).role, "slave");
    // The documented override.
    await redis[2]!.with((client) => client.call("REPLICAOF", "NO", "ONE"));
    await eventually(
      "the others follow",
      async () => (await redis[1]!.with((client) => client.get("value"))) === "another",
    );
  });
});
