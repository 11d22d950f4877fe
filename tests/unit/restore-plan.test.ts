import assert from "node:assert/strict";
import type { V1CronJob } from "@kubernetes/client-node";
import type { Listed } from "../../operate/archives/list";
import { archiveSource, chooseArchive, newStack } from "../../operate/restore/plan";

const listed = (name: string, state: Listed["state"] = "checked", folder: Listed["folder"] = "hourly"): Listed => ({
  folder,
  name,
  size: 1,
  state,
  keys: "1",
  redis: "8.0.2",
  source: "redis-1",
});
const found = [
  listed("2026-11-25T08-00-00Z", "damaged"),
  listed("2026-11-25T07-00-00Z"),
  listed("2026-11-25T07-00-00Z", "checked", "daily"),
  listed("2026-11-24T23-00-00Z", "checked", "daily"),
];
const now = Date.parse("2026-11-25T09:00:00Z");

describe("make restore: which archive", () => {
  const choices: [string, string][] = [
    ["latest", "2026-11-25T07-00-00Z"],
    ["2026-11-24T23-00-00Z", "2026-11-24T23-00-00Z"],
    ["2026-11-25T06:59Z", "2026-11-24T23-00-00Z"],
    ["2026-11-25T08:00:00+01:00", "2026-11-25T07-00-00Z"],
  ];
  for (const [from, name] of choices)
    it(`takes ${from} for ${name}, and none that is damaged`, () =>
      assert.equal(chooseArchive(found, from, now).name, name));

  // prettier-ignore
  const refusals: [string, string | undefined, RegExp][] = [
    ["no choice", undefined, /^FROM is missing: write "latest", .* the latest 2026-11-25T07-00-00Z \(120 min|2 h old\), the oldest 2026-11-24T23-00-00Z/],
    ["a day", "yesterday", /^FROM is yesterday, which does not say which archive: write "latest"/],
    ["one that is not there", "2026-11-25T07-30-00Z", /^There is no archive 2026-11-25T07-30-00Z\. There are 2, /],
    ["one that is damaged", "2026-11-25T08-00-00Z", /^There is no archive 2026-11-25T08-00-00Z/],
    ["a time before the first", "2026-11-24T22:59Z", /^There is no archive from 2026-11-24T22:59Z or before\. There are/],
  ];
  for (const [hazard, from, message] of refusals)
    it(`refuses ${hazard}, and says what there is`, () =>
      assert.throws(
        () => chooseArchive(found, from, now),
        (error: Error) => message.test(error.message),
      ));

  it("says so where none could be restored", () =>
    assert.throws(() => chooseArchive(found.slice(0, 1), "latest", now), /of 1 none is whole/));
});

describe("make restore: the new stack", () => {
  const cronJob = (type: string, root: string): V1CronJob => ({
    spec: {
      schedule: "",
      jobTemplate: {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: "store",
                  env: [
                    { name: "ARCHIVE_ROOT", value: root },
                    { name: "RCLONE_CONFIG_ARCHIVE_TYPE", value: type },
                  ],
                },
              ],
            },
          },
        },
      },
    },
  });
  const planned = (into: string, type = "s3", root = "archive:archives/redis-prod/redis") =>
    newStack("prod", into, "2026-11-25T07-00-00Z", archiveSource(cronJob(type, root)));

  it("restores from where the old one's archives are, and writes its own elsewhere", () => {
    const { stack, namespace, set } = planned("restored");
    assert.deepEqual([stack, namespace], ["prod-restored", "redis-prod-restored"]);
    assert.deepEqual(set, {
      namespace,
      "restore.from": "2026-11-25T07-00-00Z",
      "restore.root": "redis-prod/redis",
      "archive.root": "redis-prod-restored/redis",
    });
  });

  it("names the old one's bucket, which its own stack made, and would make another", () => {
    assert.equal(
      planned("restored", "google cloud storage", "archive:redis-prod-archive-1a2b/redis-prod/redis").set[
        "archive.bucket"
      ],
      "redis-prod-archive-1a2b",
    );
  });

  it("takes neither the old one's disks nor its cluster's name", () => {
    for (const key of ["disk.adopt", "disk.discard", "persistence.volumes", "cluster.name"])
      assert.ok(planned("restored").remove.includes(key), key);
  });

  it("refuses what no new namespace can reach, and names that are none", () => {
    assert.throws(
      () => planned("restored", "local", "archive:/archive/redis-prod/redis"),
      /lie on a volume, whose claim belongs to the old namespace/,
    );
    for (const into of ["Restored", "a_b", "-a", "x".repeat(60)])
      assert.throws(() => planned(into), /INTO is .* so write lower-case letters/, into);
  });
});
