import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { imageNames } from "../../stand-ins/images";
import { kubectl, redisCli } from "../support/cluster";
import { commandsIn } from "../support/damage";
import { eventually } from "../support/eventually";
import { NodeVolumes } from "../support/node-volume";
import { Project } from "../support/project";

const id = Math.random().toString(36).slice(2, 8);
const namespace = `redis-e2e-${id}-damage`;
const stack = "e2e-damage";

/**
 * One story, told in order: what the lab shows of the start script, seen through a kubelet, `make status` and `pulumi
 * up`.
 */
describe("data files that are damaged in the middle, on a real Kubernetes", function () {
  this.timeout(300_000);
  this.bail(true);
  const project = new Project();
  const disks = new NodeVolumes(namespace);
  const disk = `redis-e2e-${id}-damaged`;
  const configure = (persistence: Record<string, unknown>) =>
    project.configure(stack, {
      mode: "standalone",
      namespace,
      image: imageNames.redis,
      resources: { memory: "64Mi", cpu: "20m" },
      auth: { password: "a-password-of-the-e2e-tests" },
      persistence: { volumes: [disk], ...persistence },
    });
  const data = () => path.join(disks.folderOf(disk), "appendonlydir");
  const status = async () => (await project.status(stack)).output;

  before(async () => {
    await disks.make(disk);
    configure({});
    await project.init(stack);
    await project.up(stack);
  });
  after(async () => {
    await project.destroy(stack).catch((error: unknown) => console.log(error));
    await kubectl("delete", "namespace", namespace, "--ignore-not-found");
    await disks.remove();
    project.remove();
  });

  it("stops Redis, alone, before it serves anything, and make status says what would be lost and which ways there are", async () => {
    for (const key of ["first", "second", "third"])
      assert.equal(await redisCli(namespace, "redis-0", "SET", key, "written"), "OK");
    const log = path.join(
      data(),
      fs.readdirSync(data()).find((name) => name.endsWith(".incr.aof"))!,
    );
    await eventually(
      "it is on the disk",
      () => commandsIn(fs.readFileSync(log)).filter(({ words }) => words[0] === "SET").length === 3,
    );
    const second = commandsIn(fs.readFileSync(log)).find(({ words }) => words[1] === "second")!;
    const file = fs.openSync(log, "r+");
    fs.writeSync(file, "X", second.start);
    fs.closeSync(file);
    await kubectl("delete", "pod", "redis-0", "-n", namespace);
    const said = await eventually(
      "make status tells",
      async () => {
        const text = await status();
        return /stopped: /.test(text) && text;
      },
      { every: 1000 },
    );
    assert.match(
      said,
      new RegExp(
        `NOT healthy: .*redis-0 cannot be asked \\(.*stopped: \\S+\\.incr\\.aof is damaged at offset ${second.start}\\. A repair would lose: .* "repair" .*"restore".*"empty"`,
        "s",
      ),
    );
    assert.match(
      await kubectl("describe", "pod", "redis-0", "-n", namespace),
      /Message: +stopped: \S+\.incr\.aof is damaged/,
    );
  });

  it("is repaired by the way that was chosen, with pulumi up alone, though the pod is not ready", async () => {
    configure({ onDamage: "repair" });
    await project.up(stack);
    await kubectl("wait", "--for=condition=Ready", "pod/redis-0", "-n", namespace, "--timeout=60s");
    assert.equal(await redisCli(namespace, "redis-0", "MGET", "first", "second", "third"), "written");
    assert.match(await status(), /^healthy: /m);
    assert.ok(
      fs.readdirSync(disks.folderOf(disk)).some((name) => name.startsWith("damaged-")),
      "the file as it was is kept",
    );
  });
});
