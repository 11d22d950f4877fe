import assert from "node:assert/strict";
import * as fs from "node:fs";
import { eventually, sleep } from "../support/eventually";
import { type Pod, type PodLab } from "../support/pod-lab";
import { freshSentinelLab } from "../support/sentinel-lab";

describe("pod scripts: Services that were deleted and made again, at other addresses", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let redis: Pod[];
  let sentinels: Pod[];
  let master: Pod;

  freshSentinelLab((fresh) => {
    ({ lab, redis, sentinels } = fresh);
  });
  beforeEach(async () => {
    lab.startAll();
    const first = await lab.settled();
    // Not the first node, which would lead where nobody remembers anything.
    await first.stop();
    first.start();
    master = await lab.settled();
    assert.notEqual(master.name, "redis-0");
    await master.with(async (client) => {
      await client.set("kept", "yes");
      await client.wait(2, 5000);
    });
  });

  const tellEverybody = () => lab.writeTopology(redis, sentinels);
  /**
   * With its data, every replica listed at its address of today, no sentinel that remembers another one, and able to
   * lose its master.
   */
  const isWhole = async () => {
    const now = await eventually(
      "a master that lists every replica at its address of today, and sentinels that are done",
      async () => {
        const candidate = await lab.settled();
        const { slave0, slave1 } = await candidate.info("replication");
        const listed = [slave0, slave1].map((line) => /ip=([^,]+)/.exec(line!)![1]).sort();
        const views = await Promise.all(sentinels.map((pod) => pod.shownMaster()));
        return (
          views.every(({ address, flags }) => address === candidate.address && flags === "master") &&
          JSON.stringify(listed) ===
            JSON.stringify(
              redis
                .filter((pod) => pod !== candidate)
                .map(({ address }) => address)
                .sort(),
            ) &&
          candidate
        );
      },
      { timeout: 120_000 },
    );
    assert.equal(await now.with((client) => client.get("kept")), "yes");
    await now.with((client) => client.set("written", "since"));
    await now.kill();
    now.start();
    const next = await lab.settled();
    assert.notEqual(next.name, now.name);
    assert.equal(await next.with((client) => client.get("written")), "since");
    return now;
  };

  for (const [whose, which] of [
    ["the Redis nodes", () => redis],
    ["the sentinels", () => sentinels],
    ["all of them", () => [...redis, ...sentinels]],
  ] as const) {
    it(`goes on while the pods run: Services of ${whose}`, async () => {
      await lab.makeServicesAgain(which());
      // The list reaches the pods up to two minutes later: by then every node is down for the sentinels.
      await sleep(4000);
      tellEverybody();
      assert.equal((await isWhole()).name, master.name, "nobody was promoted without need");
    });

    // The kubelet of each node renews the list in its own time.
    for (const [early, first] of [
      ["nodes", () => redis],
      ["sentinels", () => sentinels],
    ] as const) {
      it(`goes on while the pods run, also where the lists reach the ${early} first: Services of ${whose}`, async () => {
        await lab.makeServicesAgain(which());
        await sleep(4000);
        lab.writeTopology(redis, sentinels, first());
        await sleep(15_000);
        tellEverybody();
        assert.equal((await isWhole()).name, master.name, "nobody was promoted without need");
      });
    }

    it(`finds the same master again when every pod lost power meanwhile: Services of ${whose}`, async () => {
      await lab.powerCut();
      await lab.makeServicesAgain(which());
      tellEverybody();
      lab.startAll();
      assert.equal((await isWhole()).name, master.name);
    });
  }

  it("replaces a master that alone has another address, and takes it back as a replica", async () => {
    await lab.makeServicesAgain([master]);
    // A node that restarts, and some proxies, end the connections to an address that is gone.
    await master.with(async (client) => {
      for (const type of ["pubsub", "replica", "normal"]) await client.call("CLIENT", "KILL", "TYPE", type);
    });
    await eventually(
      "another one is promoted",
      async () =>
        (await sentinels[0]!.info("sentinel")).master0?.includes("status=ok") &&
        redis.some((pod) => pod !== master && /MASTER MODE enabled/.test(pod.output)),
    );
    tellEverybody();
    assert.notEqual((await isWhole()).name, master.name);
  });

  it("goes on after the sentinels have forgotten a replica that left", async () => {
    const left = redis.find((pod) => pod !== master)!;
    const stay = redis.filter((pod) => pod !== left);
    await left.stop();
    lab.writeTopology(stay, sentinels);
    for (const pod of sentinels)
      await eventually(`${pod.name} has forgotten it`, () => pod.output.includes("every node is known again"));
    left.start();
    tellEverybody();
    await lab.settled();
    await lab.makeServicesAgain(redis);
    tellEverybody();
    assert.equal((await isWhole()).name, master.name);
  });

  it("is not misled by addresses that change hands", async () => {
    await lab.powerCut();
    for (const [one, other] of [
      [redis[0]!, master],
      [sentinels[0]!, sentinels[1]!],
    ] as const) {
      const address = one.address;
      await one.moveTo(other.address);
      await other.moveTo(address);
    }
    tellEverybody();
    lab.startAll();
    assert.equal((await isWhole()).name, master.name);
  });

  it("does not wait for ever for replicas that follow an address which is nobody's: the master crashed before they learned its new one", async () => {
    await lab.makeServicesAgain(redis);
    await master.kill();
    // The kubelet of each node renews the list in its own time.
    lab.writeTopology(redis, sentinels, [master, ...sentinels]);
    master.start();
    await lab.master();
    tellEverybody();
    await isWhole();
  });

  describe("with lists that are renewed while a sentinel reads them", () => {
    /** Everybody finds the addresses of today, but for one sentinel, which finds those of before so many times more. */
    const renewAfterLooks = (looks: number) => {
      const late = sentinels[1]!;
      lab.writeTopology(
        redis,
        sentinels,
        [...lab.pods.values()].filter((pod) => pod !== late),
      );
      for (const kind of ["redis", "sentinels"])
        fs.copyFileSync(redis[0]!.file(`topology/${kind}`), late.file(`data/${kind}`));
      // A line for each look that is left; whole at once, for the sentinel may be looking.
      fs.writeFileSync(late.file("data/looks.new"), "look\n".repeat(looks));
      fs.renameSync(late.file("data/looks.new"), late.file("data/looks"));
    };
    beforeEach(async () => {
      lab.addToScript(
        "sentinel-memory.sh",
        `look_at_topology() {
        seen=$(cat "$TOPOLOGY/redis" "$TOPOLOGY/sentinels")
        if [ -f "$DATA/looks" ]; then
          sed -i 1d "$DATA/looks"
          [ -s "$DATA/looks" ] || { mv "$DATA/redis" "$DATA/sentinels" "$TOPOLOGY/" && rm "$DATA/looks"; }
        fi
      }`,
      );
      await Promise.all(sentinels.map((pod) => pod.stop()));
      lab.startAll();
      assert.equal(await lab.settled(), master);
    });

    it("misses no address that changes while a sentinel looks", async () => {
      await lab.makeServicesAgain([...redis, ...sentinels]);
      renewAfterLooks(1);
      assert.equal((await isWhole()).name, master.name);
    });

    for (const looks of [1, 2]) {
      it(`misses none that changes while a sentinel starts: after look ${looks}`, async () => {
        await lab.powerCut();
        await lab.makeServicesAgain([...redis, ...sentinels]);
        renewAfterLooks(looks);
        lab.startAll();
        assert.equal((await isWhole()).name, master.name);
      });
    }
  });

  describe("with sentinels that an earlier version of the program left, which remember an address and not whose it was", () => {
    const restartSentinels = async (meanwhile: () => void | Promise<unknown>) => {
      await Promise.all(sentinels.map((pod) => pod.stop()));
      await meanwhile();
      await lab.makeServicesAgain([...redis, ...sentinels]);
      for (const pod of sentinels) fs.rmSync(pod.file("data/topology"));
      tellEverybody();
      lab.startAll();
      for (const pod of sentinels)
        await pod.says(/forgetting 127\.\S+, which was the master: it is nobody's address any more/);
    };

    it("finds the node that leads", async () => {
      await restartSentinels(() => undefined);
      assert.equal((await isWhole()).name, master.name);
    });

    it("takes the choice of a person where none does", async () => {
      await restartSentinels(() => lab.powerCut());
      await master.says(/several nodes hold data of different histories/);
      await master.with((client) => client.call("REPLICAOF", "NO", "ONE"));
      assert.equal((await isWhole()).name, master.name);
    });
  });
});
