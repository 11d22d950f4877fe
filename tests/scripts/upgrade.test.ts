import assert from "node:assert/strict";
import Redis from "ioredis";
import { redisRootTree } from "../../stand-ins/images";
import { eventually } from "../support/eventually";
import { olderRedisTree, olderVersion } from "../support/older-redis";
import { labMasterName, labPassword, PodLab, type Pod } from "../support/pod-lab";
import { whileWriting } from "../support/writer";

/**
 * What `image` does when it names another version: both StatefulSets replace their pods at the same time, each from its
 * last one to its first.
 */
describe("pod scripts: a newer version of Redis, under load", function () {
  this.timeout(300_000);
  let lab: PodLab;
  before(async () => {
    lab = await PodLab.create({}, await olderRedisTree());
  });
  after(() => lab.destroy());
  afterEach(function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
  });

  it("loses no write, and moves the master once or twice", async () => {
    const { redis, sentinels } = lab.sentinelTopology();
    lab.startAll();
    await lab.settled();
    const versions = async () => [
      ...new Set(
        await Promise.all([...lab.pods.values()].map(async (pod) => (await pod.info("server")).redis_version)),
      ),
    ];
    assert.deepEqual(await versions(), [olderVersion]);

    const client = new Redis({
      sentinels: sentinels.map(({ address, port }) => ({ host: address, port })),
      name: labMasterName,
      sentinelPassword: labPassword,
      password: labPassword,
      db: 3,
    });
    client.on("error", () => undefined);
    // Of the master that the sentinels agree on: each failover counts it up.
    const epoch = () =>
      sentinels[0]!.with(async (sentinel) => {
        const said = (await sentinel.call("SENTINEL", "MASTER", labMasterName)) as string[];
        return Number(said[said.indexOf("config-epoch") + 1]);
      });
    const before = await epoch();
    const roll = async (pods: Pod[], ready: (pod: Pod) => Promise<unknown>) => {
      for (const pod of pods.toReversed()) {
        await pod.stop();
        await ready(pod.start());
      }
    };
    await whileWriting(client, async () => {
      lab.useImage(await redisRootTree());
      await Promise.all([
        roll(redis, (pod) => pod.ready({ timeout: 60_000 })),
        roll(sentinels, (pod) =>
          eventually(`${pod.name} is ready`, () => pod.probe("sentinel-ready.sh").code === 0, { timeout: 60_000 }),
        ),
      ]);
      await lab.settled();
    });
    client.disconnect();
    const moves = (await epoch()) - before;
    console.log(`      ${moves} moves`);
    const [version] = await versions();
    assert.match(version!, /^8\.0\./);
    assert.equal((await versions()).length, 1);
    assert.ok(moves === 1 || moves === 2, `${moves} moves`);
  });
});
