import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { RedisArgs, Redis as RedisComponent } from "../../components/redis";
import { restoreChoice } from "../../components/redis/rules/restore-choice";
import { parseConfig } from "../../config";
import { mockEngine, recordOptions, resourcesOf, valueOf } from "../support/mocked-stack";

const s3 = {
  endpoint: "https://s3.example.com",
  bucket: "archives",
  accessKeyId: "the-id",
  secretAccessKey: "the-secret-key",
};
const parse = (own: Record<string, unknown>) =>
  parseConfig(
    Object.fromEntries(
      Object.entries({ mode: "sentinel", archive: { s3 }, ...own }).map(([key, value]) => [
        `redis-gke:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    "redis-gke",
    "test",
  ).mistakes;

describe("restore: bad input", () => {
  // prettier-ignore
  const refusals: [string, Record<string, unknown>, string, RegExp][] = [
    ["an archive that nobody can find", { restore: { from: "yesterday" } }, "restore.from", /write "latest", the name of an archive .* or a time with its zone/],
    ["a time without a zone, which would be another one for each reader", { restore: { from: "2026-11-25T07:00:12" } }, "restore.from", /time with its zone/],
    ["a day without a time", { restore: { from: "2026-11-25" } }, "restore.from", /time with its zone/],
    ["a day that no calendar has", { restore: { from: "2026-02-30T07-00-12Z" } }, "restore.from", /does not say which archive/],
    ["a file's name", { restore: { from: "2026-11-25T07-00-12Z.rdb" } }, "restore.from", /does not say which archive/],
    ["no choice", { restore: {} }, "restore.from", /must be text/],
    ["a restore from nowhere", { archive: undefined, restore: { from: "latest" } }, "restore", /write archive too/],
    ["a root that begins at the top", { restore: { from: "latest", root: "/redis-prod/redis" } }, "restore.root", /write e\.g\. "redis-prod\/redis"/],
    ["a volume that only one node may mount, for pods on three", { archive: { volume: {} }, restore: { from: "latest" } }, "restore", /from pods on several nodes/],
    ["a key that is misspelt", { restore: { from: "latest", rooot: "x" } }, "restore.rooot", /did you mean restore\.root/],
  ];
  for (const [hazard, own, property, reason] of refusals) {
    it(`refuses ${hazard}`, () => {
      const found = parse(own).filter((mistake) => mistake.property === property);
      assert.equal(found.length, 1, JSON.stringify(parse(own)));
      assert.match(found[0]!.reason, reason);
    });
  }

  it("takes latest, a name and a time in any zone", () => {
    for (const from of ["latest", "2026-11-25T07-00-12Z", "2026-11-25T07:00:12Z", "2026-11-25T08:00+01:00"])
      assert.deepEqual(parse({ restore: { from } }), [], from);
    assert.equal(restoreChoice("2026-11-25T08:30:12.5+01:00"), "until 2026-11-25T07-30-12Z");
  });

  it("takes damaged files for a reason to restore only where it is told from what", () => {
    assert.match(
      parse({ persistence: { onDamage: "restore" } }).find(({ property }) => property === "persistence.onDamage")!
        .reason,
      /write restore\.from/,
    );
    assert.deepEqual(parse({ persistence: { onDamage: "restore" }, restore: { from: "latest" } }), []);
  });
});

describe("restore and its drill: what is made", () => {
  let Redis: typeof RedisComponent;
  before(async () => {
    await mockEngine("test");
    ({ Redis } = await import("../../components/redis"));
  });
  const make = (args: Partial<RedisArgs>) =>
    resourcesOf(
      () =>
        new Redis(
          "redis",
          { mode: "sentinel", auth: { password: "a-password-for-the-tests" }, ...args },
          { transformations: [recordOptions] },
        ),
    );
  const plain = (value: unknown) => Promise.resolve(pulumi.Output.isInstance(value) ? valueOf(value) : value);

  it("brings two steps before Redis that fetch and read the archive, and nothing of it without restore", async () => {
    const resources = await make({ archive: { s3 }, restore: { from: "latest", root: "redis-prod/redis" } });
    const spec = resources.find(({ name, type }) => name === "redis" && type.endsWith("StatefulSet"))!.inputs.spec
      .template.spec;
    assert.deepEqual(
      spec.initContainers.map(({ name }: { name: string }) => name),
      ["restore", "restore-check"],
    );
    // Whoever can read the pod must not read the keys to the store.
    assert.doesNotMatch(JSON.stringify(spec), /the-secret-key/);
    const choice = resources.find(({ name }) => name === "redis-restore")!.inputs;
    assert.equal(choice.metadata.name, "redis-restore");
    assert.equal(choice.data.from, "latest");
    assert.equal(await plain(choice.data.root), "archive:archives/redis-prod/redis");

    const without = await make({ archive: { s3 } });
    assert.equal(
      without.find(({ name, type }) => name === "redis" && type.endsWith("StatefulSet"))!.inputs.spec.template.spec
        .initContainers,
      undefined,
    );
    assert.equal(
      without.find(({ name }) => name === "redis-restore"),
      undefined,
    );
  });

  it("makes a choice that a pod waits for changeable without a rollout, which would wait for that very pod", async () => {
    const template = async (from: string) =>
      (await make({ archive: { s3 }, restore: { from } })).find(
        ({ name, type }) => name === "redis" && type.endsWith("StatefulSet"),
      )!.inputs.spec.template;
    assert.deepEqual(await template("latest"), await template("2026-11-25T07-00-12Z"));
  });

  it("drills weekly unless told otherwise, and leaves one that is switched off there to be run by hand", async () => {
    const drill = async (archive: RedisArgs["archive"]) =>
      (await make({ archive })).find(({ name }) => name === "redis-drill")?.inputs.spec;
    assert.deepEqual([(await drill({ s3 })).schedule, (await drill({ s3 })).suspend], ["30 4 * * 0", false]);
    assert.equal((await drill({ s3, drill: "0 5 * * *" })).schedule, "0 5 * * *");
    assert.equal((await drill({ s3, drill: false })).suspend, true);
    assert.equal(await drill(undefined), undefined);
  });
});
