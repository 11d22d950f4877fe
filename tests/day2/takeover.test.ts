import assert from "node:assert/strict";
import { imageNames } from "../../stand-ins/images";
import { addressOf, kubectl, plainClient, redisCli, settled } from "../support/cluster";
import { cutOffUp, goOn } from "../support/cut-off";
import { eventually, printTime } from "../support/eventually";
import { Project } from "../support/project";
import { whileWriting } from "../support/writer";

const password = "a-password-of-the-e2e-tests";
const alone = {
  mode: "standalone",
  image: imageNames.redis,
  resources: { memory: "64Mi", cpu: "20m" },
  auth: { password },
};
const watched = { ...alone, mode: "sentinel", endpoint: { image: imageNames.haproxy } };

/**
 * A stack that began small: the one Redis becomes the first master, in place, with its data, its address and its
 * password.
 */
describe("a standalone Redis becomes a sentinel topology", function () {
  this.timeout(600_000);
  const project = new Project();
  const stacks: string[] = [];

  /** One that holds data, in more than one database, and a client that is connected to it. */
  async function deployed() {
    const stack = `e2e-${Math.random().toString(36).slice(2, 8)}`;
    stacks.push(stack);
    const namespace = `redis-${stack}`;
    await project.init(stack);
    project.configure(stack, alone);
    await project.up(stack);
    await redisCli(namespace, "redis-0", "-n", "1", "SET", "beside", "database 0");
    const client = plainClient(await addressOf((await project.outputs(stack)).host as string), password);
    const claim = () =>
      kubectl("get", "pvc", "data-redis-0", "-n", namespace, "-o", "jsonpath={.metadata.uid} {.spec.volumeName}");
    return { stack, namespace, client, claim, claimed: await claim() };
  }
  type Deployed = Awaited<ReturnType<typeof deployed>>;

  async function isWhole({ stack, namespace, claim, claimed }: Deployed) {
    const master = await settled(namespace, { timeout: 240_000 });
    assert.equal(await redisCli(namespace, master, "-n", "1", "GET", "beside"), "database 0");
    assert.equal(await claim(), claimed);
    await project.pulumi(["preview", "--expect-no-changes", "--stack", stack]);
    await eventually("healthy", async () => (await project.status(stack)).healthy);
  }

  /** Acts, and looks at the result, while the client of before goes on writing. */
  async function underLoad(made: Deployed, act: () => Promise<unknown>) {
    await whileWriting(made.client, async () => {
      await act();
      await isWhole(made);
    });
    made.client.disconnect();
  }

  after(async () => {
    for (const stack of stacks) {
      await project.destroy(stack).catch((error: unknown) => console.log(error));
      await kubectl("delete", "namespace", `redis-${stack}`, "--ignore-not-found");
    }
    project.remove();
  });

  it("under load: the preview says so, nothing is made again, no write is lost, and there is no way back", async () => {
    const made = await deployed();
    const { stack, namespace } = made;
    const before = await kubectl(
      "get",
      "statefulset/redis",
      "service/redis",
      "service/redis-nodes",
      "-n",
      namespace,
      "-o",
      "jsonpath={.items[*].metadata.uid} {.items[*].spec.clusterIP}",
    );
    project.configure(stack, watched);
    const preview = await project.pulumi(["preview", "--stack", stack]);
    assert.match(preview, /mode: the Redis that is there becomes the first master: .* There is no way back in place/);
    assert.doesNotMatch(preview, /to delete|(StatefulSet|Service|Namespace|Secret|Patch) \S+ (replace|delete)/);
    await underLoad(made, async () => {
      const began = Date.now();
      await project.up(stack);
      printTime("pulumi up from standalone to sentinel", began, 60);
    });
    assert.equal(
      await kubectl(
        "get",
        "statefulset/redis",
        "service/redis",
        "service/redis-nodes",
        "-n",
        namespace,
        "-o",
        "jsonpath={.items[*].metadata.uid} {.items[*].spec.clusterIP}",
      ),
      before,
    );
    project.configure(stack, alone);
    assert.match(
      await project.refused(["preview", "--stack", stack]),
      /redis-gke:mode: "standalone" is not the mode of the data that are there: write "sentinel"/,
    );
  });

  it("though it is killed at five moments", async () => {
    const made = await deployed();
    project.configure(made.stack, watched);
    await underLoad(made, async () => {
      for (const seconds of [4, 5, 6, 7, 8]) await cutOffUp(project, made.stack, { seconds });
      await goOn(project, made.stack);
    });
  });

  it("from one that is stopped; and, cut off before it came to the data, it may still be taken back", async () => {
    const made = await deployed();
    const { stack, namespace } = made;
    await underLoad(made, async () => {
      // The endpoint cannot start, so that nothing comes to the Redis that is there.
      project.configure(stack, { ...watched, endpoint: { image: "redis-gke.local/haproxy:0.0.0" } });
      await cutOffUp(project, stack, { said: /StatefulSet redis-sentinel created/, signal: "SIGINT" });
      assert.notEqual(await kubectl("get", "statefulset", "redis-sentinel", "-n", namespace, "-o", "name"), "");
      project.configure(stack, alone);
      await goOn(project, stack);
      assert.equal(await redisCli(namespace, "redis-0", "ROLE").then((role) => role.split("\n")[0]), "master");
      await eventually(
        "no sentinel any more",
        async () => (await kubectl("get", "pods", "-n", namespace, "-o", "name")).trim() === "pod/redis-0",
      );

      project.configure(stack, { ...alone, stopped: true });
      await project.up(stack);
      project.configure(stack, watched);
      await project.up(stack);
    });
  });
});
