import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { lifecycleRules } from "../../components/gke/archive-bucket";
import { archiveStore } from "../../components/redis/objects/archive-store";
import { cronReason } from "../../components/redis/rules/cron";
import type { Redis as RedisComponent, RedisArgs } from "../../components/redis";
import { parseConfig } from "../../config";
import { describe as describeMistakes } from "../../config/messages";
import { mockEngine, recordOptions, resourcesOf, valueOf } from "../support/mocked-stack";

const parse = (own: Record<string, unknown>, others: Record<string, string> = {}) =>
  parseConfig(
    {
      ...Object.fromEntries(
        Object.entries({ mode: "sentinel", ...own }).map(([key, value]) => [
          `redis-gke:${key}`,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ),
      ...others,
    },
    "redis-gke",
    "test",
  );
const onGoogle = (archive: unknown) =>
  parse(
    { cluster: { location: "europe-west1-b" }, nodePool: { machineType: "e2-highmem-4" }, archive },
    { "gcp:project": "my-project" },
  );
const s3 = {
  endpoint: "https://s3.example.com",
  bucket: "archives",
  accessKeyId: "the-id",
  secretAccessKey: "the-secret-key",
};

describe("archive: bad input", () => {
  // prettier-ignore
  const refusals: [string, unknown, string, RegExp][] = [
    ["keeping no hourly archive", { volume: {}, hourly: 0 }, "archive.hourly", /write 1 or more \(24 is usual\)/],
    ["keeping a negative number of days", { volume: {}, daily: -1 }, "archive.daily", /write 1 or more \(30 is usual\)/],
    ["half an archive", { volume: {}, hourly: 1.5 }, "archive.hourly", /write 1 or more/],
    ["a schedule that is not cron", { volume: {}, schedule: "hourly" }, "archive.schedule", /not five fields of cron but 1: write e\.g\. "0 \* \* \* \*"/],
    ["a schedule with an hour that no day has", { volume: {}, schedule: "0 24 * * *" }, "archive.schedule", /has "24" as hour, which is 0 to 23/],
    ["a drill that is not cron", { volume: {}, drill: "weekly" }, "archive.drill", /write e\.g\. "30 4 \* \* 0".*or false/],
    ["a drill that is just switched on", { volume: {}, drill: true }, "archive.drill", /five fields of cron, in quotes, or false/],
    ["no destination", {}, "archive", /has no destination: write archive\.s3, archive\.volume/],
    ["two destinations", { volume: {}, bucket: "archives" }, "archive", /more than one destination/],
    ["a bucket in capitals", { bucket: "Archives" }, "archive.bucket", /not a name that Google takes: write 3 to 63 lower-case/],
    ["a bucket of two letters", { bucket: "ab" }, "archive.bucket", /3 to 63/],
    ["a bucket that is an address", { bucket: "192.168.5.4" }, "archive.bucket", /an address/],
    ["a bucket named after Google", { bucket: "my-google-archives" }, "archive.bucket", /nor contain "google"/],
    ["a bucket's URL", { bucket: "gs://archives/redis" }, "archive.bucket", /write its name, "archives"/],
    ["an endpoint without its scheme", { s3: { ...s3, endpoint: "s3.example.com:9000" } }, "archive.s3.endpoint", /"https:\/\/s3\.example\.com:9000"/],
    ["an endpoint with the bucket in it", { s3: { ...s3, endpoint: "https://s3.example.com/archives" } }, "archive.s3.endpoint", /the bucket is a key of its own/],
    ["an S3 store without a key", { s3: { endpoint: s3.endpoint, bucket: s3.bucket, accessKeyId: "x" } }, "archive.s3.secretAccessKey", /must be text/],
    ["a root that leads out", { volume: {}, root: "../other" }, "archive.root", /letters, digits and any of/],
    ["a root that begins at the top", { volume: {}, root: "/redis" }, "archive.root", /e\.g\. "redis-prod\/redis"/],
    ["a floating image", { volume: {}, image: "rclone/rclone:latest" }, "archive.image", /floating tag `latest`.*rclone\/rclone:\d/],
    ["a size in another unit", { volume: { size: "10GB" } }, "archive.volume.size", /write "10Gi"/],
    ["a size for a volume that is there", { volume: { claim: "archives", size: "10Gi" } }, "archive.volume.size", /take out one of the two/],
    ["a key that is misspelt", { volume: {}, houly: 3 }, "archive.houly", /did you mean archive\.hourly/],
  ];
  for (const [hazard, archive, property, reason] of refusals) {
    it(`refuses ${hazard}`, () => {
      const found = parse({ archive }).mistakes.filter((mistake) => mistake.property === property);
      assert.equal(found.length, 1, JSON.stringify(parse({ archive }).mistakes));
      assert.match(found[0]!.reason, reason);
    });
  }

  it("prints no key to a store, whatever is wrong with it", () => {
    const { mistakes } = parse({
      archive: { s3: { ...s3, secretAccessKey: "two words of-a-secret", acessKeyId: "the-secret-id" } },
    });
    assert.ok(mistakes.length >= 2);
    assert.doesNotMatch(describeMistakes(mistakes, "redis-gke", "test"), /of-a-secret|the-secret/);
  });

  for (const schedule of ["0 * * * *", "*/15 0-6,22 1 jan-mar MON", "30 4 * * 0", "0 3/6 * * *", "5 4 29 2 *"])
    it(`takes ${schedule}`, () => assert.equal(cronReason(schedule), undefined));
  for (const schedule of [
    "",
    "@hourly",
    "0 * * *",
    "0 0 * * * *",
    "60 * * * *",
    "0 0 0 * *",
    "0 0 * 13 *",
    "0 0 * * 7",
    "*/0 * * * *",
    "5-1 * * * *",
    "L * * * *",
    "0 0 31 2 *",
    "TZ=UTC 0 * * * *",
  ])
    it(`refuses the schedule "${schedule}", which Kubernetes would refuse or never come to`, () =>
      assert.ok(cronReason(schedule)));
});

describe("archive: on Google Cloud", () => {
  it("needs no destination beside a cluster: the stack makes a bucket for its own folder and ServiceAccount", () => {
    const { config, mistakes } = onGoogle({});
    assert.deepEqual(mistakes, []);
    assert.deepEqual(config.google!.archive, {
      existing: undefined,
      protect: undefined,
      root: "redis-test/redis",
      daily: 30,
      writer: { namespace: "redis-test", serviceAccount: "redis-archive" },
    });
  });

  it("deletes no archive by its age, and reaches no other folder of a bucket", () => {
    for (const { action, condition } of lifecycleRules({ root: "a/b", daily: 400 }) as {
      action: { type: string };
      condition: { age: number; matchesPrefixes?: string[] };
    }[]) {
      if (action.type === "AbortIncompleteMultipartUpload") continue;
      assert.equal(action.type, "SetStorageClass");
      assert.deepEqual(condition.matchesPrefixes, ["a/b/hourly/", "a/b/daily/"]);
      assert.ok(condition.age > 400, "younger ones are the retention's to judge");
    }
  });

  it("makes no bucket where archives go somewhere else, and uses one that is named", () => {
    assert.equal(onGoogle({ s3 }).config.google!.archive, undefined);
    assert.equal(onGoogle({ volume: {} }).config.google!.archive, undefined);
    assert.equal(onGoogle({ bucket: "archives" }).config.google!.archive!.existing, "archives");
    assert.equal(onGoogle(undefined).config.google!.archive, undefined);
  });
});

describe("archive: the job (mocked)", () => {
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
          { mode: "sentinel", namespace: "cache", auth: { password: "a-password-for-the-tests" }, ...args },
          { transformations: [recordOptions] },
        ),
    );
  const jobOf = (resources: Awaited<ReturnType<typeof make>>) =>
    resources.find(({ type, name }) => type === "kubernetes:batch/v1:CronJob" && name === "redis-archive")!.inputs.spec;

  it("takes no archive unless told to, and leaves nothing of it", async () => {
    const resources = await make({});
    assert.deepEqual(
      resources.filter(({ type, name }) => /archive/.test(name) || /CronJob|ServiceAccount/.test(type)),
      [],
    );
  });

  it("keeps its schedule over a pause and never runs twice at a time", async () => {
    const spec = jobOf(await make({ archive: { volume: {}, schedule: "5 * * * *" } }));
    assert.deepEqual([spec.schedule, spec.timeZone, spec.concurrencyPolicy], ["5 * * * *", "Etc/UTC", "Forbid"]);
    // With more than a hundred missed turns within it, Kubernetes stops a schedule for ever: one a minute is the most
    // there can be.
    assert.ok(spec.startingDeadlineSeconds / 60 < 100 && spec.startingDeadlineSeconds > 1800);
    assert.ok(spec.jobTemplate.spec.activeDeadlineSeconds <= 3600);
  });

  it("has the keys of a store in a Secret alone", async () => {
    const resources = await make({ archive: { s3 } });
    const shown = JSON.stringify(resources.filter(({ type }) => !type.endsWith(":Secret")).map(({ inputs }) => inputs));
    assert.doesNotMatch(shown, /the-secret-key|the-id/);
    const secret = resources.find(({ name }) => name === "redis-archive-keys")!;
    assert.equal(
      (await valueOf(pulumi.output(secret.inputs.stringData))).secretAccessKey ?? "hidden",
      secret.inputs.stringData.secretAccessKey ?? "hidden",
    );
  });

  it("protects a volume that it makes for archives until it is told not to, and makes none beside one that is there", async () => {
    const claims = async (archive: RedisArgs["archive"]) =>
      (await make({ archive }))
        .filter(({ type, name }) => type.endsWith(":PersistentVolumeClaim") && name === "redis-archive")
        .map(({ options }) => options.protect);
    assert.deepEqual(await claims({ volume: {} }), [true]);
    assert.deepEqual(await claims({ volume: {}, protect: false }), [false]);
    assert.deepEqual(await claims({ volume: { claim: "mine" } }), []);
  });

  it("asks a standalone Redis through its Service, and the nodes of a sentinel topology by their addresses", async () => {
    const takes = async (mode: RedisArgs["mode"]) =>
      jobOf(await make({ mode, archive: { volume: {} } })).jobTemplate.spec.template.spec.initContainers[0];
    const env = (container: { env: { name: string; value?: string }[] }) =>
      Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    assert.equal(env(await takes("standalone")).NODES, "redis-0 redis.cache.svc");
    const sentinel = await takes("sentinel");
    assert.equal(env(sentinel).NODES, undefined);
    assert.ok(sentinel.volumeMounts.some(({ mountPath }: { mountPath: string }) => mountPath === "/topology"));
  });

  it("goes to each destination under the same two names, remote and root", async () => {
    for (const [destination, root, type] of [
      [{ s3 }, "archive:archives/a/b", "s3"],
      [{ volume: { size: "1Gi" } }, "archive:/archive/a/b", "local"],
      [{ bucket: "gcs" }, "archive:gcs/a/b", "google cloud storage"],
    ] as const) {
      const { env } = archiveStore(destination, "a/b", {
        scripts: "scripts",
        keys: "keys",
        claim: "claim",
        serviceAccount: "account",
      });
      const values = Object.fromEntries(
        await Promise.all(
          env.map(async ({ name, value }) => [await valueOf(pulumi.output(name)), await valueOf(pulumi.output(value))]),
        ),
      );
      assert.equal(values.ARCHIVE_ROOT, root);
      assert.equal(values.RCLONE_CONFIG_ARCHIVE_TYPE, type);
    }
  });
});
