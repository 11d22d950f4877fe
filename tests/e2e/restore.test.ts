import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { archiveOf } from "../../operate/archives/job";
import { imageNames } from "../../stand-ins/images";
import { runJob, scheduledJob } from "../../operate/archives/run-job";
import { comparingJob, drillOf } from "../../operate/restore/compare";
import { instances } from "../../operate/status/collect";
import { everyKind, quietSchedule } from "../support/archives";
import { addressOf, kubectl, plainClient, redisCli, roles } from "../support/cluster";
import { eventually } from "../support/eventually";
import { Project } from "../support/project";
import { startStore } from "../support/store-pod";

const id = Math.random().toString(36).slice(2, 8);
const place = (name: string) => `redis-e2e-${id}-${name}`;
const password = "a-password-of-the-e2e-tests";

/** One story, told in order. */
describe("an archive, restored into new stacks on a real Kubernetes", function () {
  this.timeout(300_000);
  this.bail(true);
  const project = new Project();
  const target = { stack: "e2e", kubeconfig: process.env.KUBECONFIG! };
  const stacks = { source: "sentinel", alone: "standalone" } as const;
  const beside = { stack: `source-${id}`, namespace: `redis-source-${id}` };
  const schedule = quietSchedule();
  let s3: Awaited<ReturnType<typeof startStore>>;
  let archive: string;

  const configure = (stack: keyof typeof stacks, more: Record<string, unknown> = {}) =>
    project.configure(stack, {
      mode: stacks[stack],
      namespace: place(stack),
      image: imageNames.redis,
      resources: { memory: "96Mi", cpu: "10m" },
      auth: { password },
      archive: { s3, image: imageNames.rclone, schedule },
      ...more,
      ...(stacks[stack] === "sentinel" ? { endpoint: { image: imageNames.haproxy } } : {}),
    });

  /** A job of the source's, as the schedule would make it. */
  const now = async (of: typeof archiveOf) => {
    const found = await of(target, place("source"));
    return runJob(found, scheduledJob(found), 90);
  };
  const same = (name: string) =>
    new RegExp(`restored: ${name}: 5\\d\\d keys, as archived, and the values of (19\\d|200) sampled keys are the same`);
  const restore = (env: Record<string, string>) => project.make("restore", "source", env);

  before(async () => {
    s3 = await startStore(place("store"));
  });
  after(async () => {
    for (const stack of [...Object.keys(stacks), beside.stack]) await project.destroy(stack).catch(() => undefined);
    await kubectl(
      "delete",
      "namespace",
      ...[...Object.keys(stacks), "store"].map(place),
      beside.namespace,
      "--ignore-not-found",
      "--wait=false",
    );
    project.remove();
  });

  it("is taken of a sentinel stack, and drilled there", async () => {
    configure("source");
    await project.init("source");
    await project.up("source");
    const client = plainClient(await addressOf(`redis.${place("source")}.svc`), password);
    await everyKind(client, "archived").finally(() => client.disconnect());
    const taken = await now(archiveOf);
    assert.ok(taken.succeeded, taken.lastLine);
    const drilled = await now(drillOf);
    assert.ok(drilled.succeeded, drilled.lastLine);
    archive =
      /^drill: (\S+Z) restored: 5\d\d keys, .* sampled keys \d+ are the same in Redis now, 0 have changed since, 0 are gone$/.exec(
        drilled.lastLine,
      )?.[1] ?? assert.fail(drilled.lastLine);
  });

  it("begins a new standalone stack, which holds the same keys and values", async () => {
    const root = `${place("source")}/redis`;
    configure("alone", { restore: { from: archive, root } });
    await project.init("alone");
    await project.up("alone");
    const drill = await drillOf(target, place("alone"));
    const compared = await runJob(
      drill,
      comparingJob(drill, { archive, root: `archive:archives/${root}`, host: `redis.${place("alone")}.svc` }),
      90,
    );
    assert.ok(compared.succeeded, compared.lastLine);
    assert.match(compared.lastLine, same(archive));
    // Neither was it a drill of what this stack archives, nor is it taken for one.
    assert.equal((await instances(target, place("alone")))[0]!.drill!.lastSuccess, undefined);
  });

  it("begins a new sentinel stack, made beside the old one by make restore, which says that it holds the same", async () => {
    const said = await restore({ FROM: "latest", INTO: id, YES: "1" });
    assert.match(said, same(archive));
    assert.match(
      said,
      new RegExp(`STACK=${beside.stack} make status\n.*lead the clients to redis\\.${beside.namespace}\\.svc`),
    );
    await eventually("one master, two replicas in sync", async () => {
      const found = await roles(beside.namespace);
      return found.masters[0] === "redis-0" && found.replicasInSync.length === 2;
    });
    for (const pod of ["redis-1", "redis-2"])
      assert.equal(await redisCli(beside.namespace, pod, "GET", "mark"), "archived");
    // The old one's archives are not where the new one writes its own.
    assert.match(
      fs.readFileSync(path.join(project.folder, `Pulumi.${beside.stack}.yaml`), "utf8"),
      new RegExp(`root: ${beside.namespace}/redis`),
    );
  });

  it("is refused by make restore where there is such a stack from another archive, and before anything is made where there is no such archive", async () => {
    assert.ok((await now(archiveOf)).succeeded);
    await assert.rejects(
      restore({ FROM: "latest", INTO: id, YES: "1" }),
      new RegExp(`There is a stack ${beside.stack} already .*, from ${archive}\\): FROM=${archive} goes on with it`),
    );
    await assert.rejects(
      restore({ FROM: "2020-01-01T00:00Z", INTO: "early", YES: "1" }),
      /There is no archive from 2020-01-01T00:00Z or before\. There are 2, the latest \S+ \(\d+ min old\), the oldest/,
    );
    assert.equal(fs.existsSync(path.join(project.folder, "Pulumi.source-early.yaml")), false);
  });

  it("goes nowhere near the data of a stack that still names it, over a restart of its pod", async () => {
    await redisCli(place("alone"), "redis-0", "SET", "mark", "later");
    await kubectl("delete", "pod", "-n", place("alone"), "redis-0");
    // An exec may still reach the pod before: what the new one logs comes with the new one.
    await eventually(
      "it says why not",
      async () =>
        /restore: not done: this Redis has been in use, and holds 5\d\d keys/.test(
          await kubectl("logs", "-n", place("alone"), "redis-0", "-c", "redis"),
        ),
      { every: 500 },
    );
    await eventually(
      "its data are the later ones",
      async () => (await redisCli(place("alone"), "redis-0", "GET", "mark")) === "later",
      { every: 500 },
    );
  });
});
