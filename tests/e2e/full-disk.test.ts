import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import { imageNames } from "../../stand-ins/images";
import { addressOf, kubectl, plainClient } from "../support/cluster";
import { eventually } from "../support/eventually";
import { NodeVolumes } from "../support/node-volume";
import { Project } from "../support/project";

const id = Math.random().toString(36).slice(2, 8);
const namespace = `redis-e2e-${id}-full`;
const stack = "e2e-full";
const password = "a-password-of-the-e2e-tests";

/** One story, told in order: a disk that is too small, on a file system of its own. */
describe("a disk that fills under load, and is made larger", function () {
  this.timeout(300_000);
  this.bail(true);
  const project = new Project();
  const disks = new NodeVolumes(namespace);
  const disk = `redis-e2e-${id}-small`;
  const written = new Map<string, string>();
  let client: Redis;

  before(async () => {
    await disks.makeSmall(disk, 32);
    project.configure(stack, {
      mode: "standalone",
      namespace,
      image: imageNames.redis,
      resources: { memory: "64Mi", cpu: "20m" },
      auth: { password },
      persistence: { volumes: [disk] },
    });
    await project.init(stack);
    await project.up(stack);
    client = plainClient(await addressOf(`redis.${namespace}.svc`), password);
  });
  after(async () => {
    client?.disconnect();
    await project.destroy(stack).catch((error: unknown) => console.log(error));
    await kubectl("delete", "namespace", namespace, "--ignore-not-found");
    await disks.remove();
    project.remove();
  });

  const missing = async () => {
    const keys = [...written.keys()];
    const values = await client.mget(keys);
    return keys.filter((key, index) => values[index] !== written.get(key));
  };

  it("refuses writes with a clear error, while reads and the pod go on", async () => {
    let refusal = "";
    for (let n = 0; n < 20_000 && !refusal; n++) {
      // Few keys, many writes: the log fills the disk, not the data the memory.
      const key = `key:${n % 3000}`,
        value = `${n}:${"x".repeat(3000)}`;
      await client.set(key, value).then(
        () => written.set(key, value),
        (error: Error) => {
          refusal = error.message;
        },
      );
    }
    assert.match(refusal, /^MISCONF .*(No space left on device|disk)/);
    assert.deepEqual(await missing(), []);
    assert.equal(
      await kubectl(
        "get",
        "pod",
        "redis-0",
        "-n",
        namespace,
        "-o",
        "jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}",
      ),
      "0 true",
    );
  });

  it("is named by make status, which is not healthy then, and warned of in the log before", async () => {
    const { healthy, output } = await project.status(stack);
    assert.equal(healthy, false);
    assert.match(output, /NOT healthy: the disk of redis-0 is (9\d|100) % full: raise persistence\.size/);
    assert.match(output, /redis-0: .*\(is the disk full\?\)/);
    // Every thirty seconds it looks.
    await eventually(
      "the log says so",
      async () => /WARNING: disk: \d+ % of \/data used/.test(await kubectl("logs", "-n", namespace, "redis-0")),
      { every: 1000 },
    );
  });

  it("heals when the disk is made larger, and has every acknowledged write, over a restart too", async () => {
    disks.grow(disk);
    assert.equal(await eventually("writes are taken again", () => client.set("after", "yes").catch(() => "")), "OK");
    await eventually("healthy", async () => (await project.status(stack)).healthy, { every: 2000 });
    await kubectl("delete", "pod", "redis-0", "-n", namespace);
    await kubectl("wait", "--for=condition=Ready", "pod/redis-0", "-n", namespace, "--timeout=60s");
    assert.deepEqual(await missing(), []);
    assert.equal(await client.get("after"), "yes");
  });
});
