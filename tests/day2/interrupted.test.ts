import assert from "node:assert/strict";
import * as fs from "node:fs";
import { checkpointFile, dropUnwritten, locksOf } from "../../operate/engine/backend";
import { imageNames } from "../../stand-ins/images";
import { kubectl, redisCli, roles, sentinelClientOf, settled } from "../support/cluster";
import { cutOffUp, goOn } from "../support/cut-off";
import { eventually } from "../support/eventually";
import { Project } from "../support/project";
import { whileWriting } from "../support/writer";

const stack = `e2e-${Math.random().toString(36).slice(2, 8)}`;
const namespace = `redis-${stack}`;
const password = "a-password-of-the-e2e-tests";
const config = {
  mode: "sentinel",
  image: imageNames.redis,
  endpoint: { image: imageNames.haproxy },
  resources: { memory: "64Mi", cpu: "20m" },
  auth: { password },
};

/** A laptop that is closed, a CI job that is ended, a second person at the same moment. */
describe("an up that is cut off, or not alone: the next one goes on from there, and the data are there", function () {
  this.timeout(600_000);
  this.bail(true);
  const project = new Project();

  before(async () => {
    await project.init(stack);
    project.configure(stack, config);
  });
  after(async () => {
    await project.destroy(stack).catch((error: unknown) => console.log(error));
    await kubectl("delete", "namespace", namespace, "--ignore-not-found");
    project.remove();
  });

  const up = (...args: string[]) => ["up", "--yes", "--skip-preview", "--stack", stack, ...args];
  const isWhole = async () => {
    await goOn(project, stack);
    await settled(namespace, { timeout: 240_000 });
    await project.pulumi(["preview", "--expect-no-changes", "--stack", stack]);
  };
  const underLoad = async (act: () => Promise<unknown>) => {
    const client = await sentinelClientOf(await project.outputs(stack), password);
    await whileWriting(client, act);
    client.disconnect();
  };
  const memory = (limit: string) => {
    project.configure(stack, { ...config, resources: { memory: limit, cpu: "20m" } });
  };
  const limits = async () =>
    (
      await kubectl(
        "get",
        "pods",
        "-n",
        namespace,
        "-l",
        "app.kubernetes.io/component=redis",
        "-o",
        "jsonpath={.items[*].spec.containers[0].resources.limits.memory}",
      )
    ).split(" ");

  it("killed at five moments of the first one", async () => {
    for (const resources of [1, 4, 9, 16, 5]) await cutOffUp(project, stack, { resources });
    await isWhole();
  });

  it("killed while it wrote its state to files: the state is whole, and is found again", async () => {
    fs.truncateSync(`${checkpointFile(stack, project.backend)}.attrs`);
    assert.match(await project.refused(up()), /failed to load checkpoint: EOF/);
    assert.deepEqual(dropUnwritten(project.backend), [`${stack}.json.attrs`]);
    await isWhole();
  });

  it("killed at five moments of one that changes every pod, under load", () =>
    underLoad(async () => {
      memory("128Mi");
      for (const seconds of [2, 4, 5, 6, 8]) await cutOffUp(project, stack, { seconds });
      await isWhole();
      assert.deepEqual(await limits(), ["128Mi", "128Mi", "128Mi"]);
    }));

  it("two at once: the second is refused, with what to do, and harms nothing", () =>
    underLoad(async () => {
      memory("64Mi");
      const first = project.pulumi(up());
      await eventually(
        "the first has begun",
        async () =>
          (await project.pulumi(["stack", "history", "--json", "--stack", stack]).catch(() => "")) !== "" &&
          fs.existsSync(locksOf(stack, project.backend)),
      );
      assert.match(await project.refused(up()), /the stack is currently locked by 1 lock.*pulumi cancel/s);
      await first;
      await isWhole();
      assert.deepEqual(await limits(), ["64Mi", "64Mi", "64Mi"]);
    }));

  it("after somebody deleted a StatefulSet, the Secret, a ConfigMap and the topology: pulumi up --refresh", async () => {
    const master = (await roles(namespace)).masters[0]!;
    await redisCli(namespace, master, "SET", "kept", "yes");
    await kubectl("delete", "statefulset/redis", "configmap/redis-topology", "-n", namespace);
    for (const [kind, name] of [
      ["secret", /^redis-password/],
      ["configmap", /^redis-configuration/],
    ] as const) {
      const found = (await kubectl("get", kind, "-n", namespace, "-o", "jsonpath={.items[*].metadata.name}"))
        .split(" ")
        .filter((each) => name.test(each));
      await kubectl("delete", kind, "-n", namespace, ...found);
    }
    await project.pulumi(up("--refresh"));
    await isWhole();
    assert.equal(await redisCli(namespace, (await roles(namespace)).masters[0]!, "GET", "kept"), "yes");
  });

  it("of one resource alone: pulumi up --target", () =>
    underLoad(async () => {
      memory("128Mi");
      await project.pulumi(up("--target", "**StatefulSet::redis"));
      assert.deepEqual(await limits(), ["128Mi", "128Mi", "128Mi"]);
      await isWhole();
    }));
});
