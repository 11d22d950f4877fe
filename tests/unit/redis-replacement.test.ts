import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { RedisArgs } from "../../components/redis";
import type { RedisDeployed } from "../../components/redis";
import { describeDeployed } from "../../components/redis/rules/deployed";
import { findReplacements, type Facts } from "../../components/redis/rules/replacement";
import { withDefaults } from "../../components/redis/settings";

const here = "kube-system 11111111-2222-3333-4444-555555555555";
const elsewhere = "kube-system 99999999-2222-3333-4444-555555555555";
const args: RedisArgs = { mode: "sentinel", namespace: "redis-prod", image: "redis:8.0.2-alpine" };
const nothing = { mistakes: [], warnings: [] };

/** As it comes back from the stack's outputs: through JSON. */
const deployed = (before: RedisArgs, cluster = here, last?: RedisDeployed, stack = "prod") =>
  JSON.parse(JSON.stringify(describeDeployed(withDefaults("redis", stack, before), cluster, last))) as RedisDeployed;
const change = (
  now: Partial<RedisArgs>,
  {
    cluster = here,
    stack = "prod",
    before = deployed(args),
    ...facts
  }: Facts & { cluster?: string; stack?: string; before?: RedisDeployed } = {},
) => {
  const settings = withDefaults("redis", stack, { ...args, ...now });
  return findReplacements(before, describeDeployed(settings, cluster, before), settings, facts);
};
const refused = (found: ReturnType<typeof change>, property: string, reason: RegExp) => {
  assert.deepEqual(
    found.mistakes.map((mistake) => mistake.property),
    [property],
  );
  assert.match(found.mistakes[0]!.reason, reason);
};

describe("a change that would lose Redis' data, or the way to them", () => {
  it("has nothing against a first deployment, the same again, or what pods are rolled for", () => {
    const settings = withDefaults("redis", "prod", args);
    assert.deepEqual(findReplacements(undefined, describeDeployed(settings, here), settings), nothing);
    assert.deepEqual(change({}), nothing);
    assert.deepEqual(
      change({ replicas: 5, sentinels: 5, resources: { cpu: "2" }, settings: { "maxmemory-policy": "allkeys-lru" } }),
      nothing,
    );
  });

  it("refuses another namespace, and says what would become of the one that holds the data", () => {
    refused(
      change({ namespace: "redis-new" }),
      "namespace",
      /would delete the namespace redis-prod with the volumes in it, and begin empty: write "redis-prod"; or, .* name redis-prod in persistence\.discard/,
    );
    const ofOthers = deployed({ ...args, createNamespace: false });
    refused(
      change({ namespace: "redis-new", createNamespace: false }, { before: ofOthers }),
      "namespace",
      /would take Redis down in the namespace redis-prod and leave its data there/,
    );
  });

  it("lets the data of a namespace go when its name was written down, in two steps where it is protected", () => {
    const discard = { discard: ["redis-prod"] };
    const { mistakes, warnings } = change({ namespace: "redis-new", persistence: discard });
    assert.deepEqual(mistakes, []);
    assert.match(warnings[0]!, /Redis in redis-prod goes with all its data/);
    refused(change({ namespace: "redis-new", persistence: { discard: ["redis-other"] } }), "namespace", /would delete/);
    const before = deployed({ ...args, persistence: { protect: true } });
    refused(
      change({ namespace: "redis-new", persistence: discard }, { before }),
      "namespace",
      /still protected: run pulumi up with persistence\.protect: false/,
    );
    assert.match(change({ persistence: discard }).warnings[0]!, /take it out when that is done/);
  });

  it("lets go of a namespace that it made, and makes none where others made one", () => {
    assert.deepEqual(change({ createNamespace: false }), nothing);
    refused(
      change({}, { before: deployed({ ...args, createNamespace: false }) }),
      "createNamespace",
      /which others made: write false/,
    );
  });

  it("refuses to leave the volumes that hold the data, or to take one away from under a Redis that runs", () => {
    const volumes = (names: string[], stopped?: boolean): Partial<RedisArgs> => ({
      persistence: { volumes: names },
      stopped,
    });
    refused(
      change(volumes(["a", "b", "c"])),
      "persistence.volumes",
      /would leave the volumes that a StorageClass made.*take it out/,
    );
    const before = deployed({ ...args, ...volumes(["a", "b", "c"]) });
    refused(change({}, { before }), "persistence.volumes", /write \["a","b","c"\]/);
    refused(
      change(volumes(["a", "x", "y"]), { before }),
      "persistence.volumes",
      /would take b, c away from a Redis that runs: run pulumi up with stopped: true and persistence\.protect: false/,
    );
    assert.deepEqual(change(volumes(["a", "b", "c", "d"]), { before }), nothing);
    assert.deepEqual(
      change(volumes(["x", "y", "z"], true), { before: deployed({ ...args, ...volumes(["a", "b", "c"], true) }) }),
      nothing,
    );
    // Of Google's disks the names are outputs, which are compared where they are made.
    assert.deepEqual(
      change({ persistence: { volumes: [pulumi.output("x"), pulumi.output("b"), pulumi.output("c")] } }, { before }),
      nothing,
    );
    // What an older version of the program left does not say.
    assert.deepEqual(
      change(volumes(["a", "b", "c"]), { before: { mode: "sentinel", namespace: "redis-prod" } }),
      nothing,
    );
  });

  it("refuses to make the archives' volume anew, also where its size follows from other keys", () => {
    const archive = (
      volume: { size?: string; storageClass?: string; claim?: string },
      more: object = {},
    ): Partial<RedisArgs> => ({ archive: { volume, ...more } });
    const before = deployed({ ...args, ...archive({ size: "20Gi" }) });
    refused(change(archive({ size: "10Gi" }), { before }), "archive.volume.size", /cannot shrink: write "20Gi"/);
    assert.deepEqual(change(archive({ size: "30Gi", storageClass: "fast" }), { before }), nothing);
    // As this program remembers its StorageClass, and as older ones did: left out, written, and given as an Output.
    const standard = "standard";
    for (const kept of [
      { storageClass: standard },
      { madeBy: standard },
      { storageClass: standard, madeBy: standard },
      { storageClass: "", madeBy: standard },
    ]) {
      const known = { ...before, archive: { size: "20Gi", ...kept } };
      assert.deepEqual(change(archive({ size: "30Gi" }), { before: known, archiveMayGrow: true }), nothing);
      refused(
        change(archive({ size: "30Gi" }), { before: known, archiveMayGrow: false }),
        "archive.volume.size",
        /more than the 20Gi .* its StorageClass standard does not let it grow .*: write "20Gi", or make a claim yourself/,
      );
      refused(
        change(archive({ size: "20Gi", storageClass: "fast" }), { before: known }),
        "archive.volume.storageClass",
        /write "standard" or leave it out; or make a claim/,
      );
      for (const same of ["standard", undefined])
        assert.deepEqual(change(archive({ size: "20Gi", storageClass: same }), { before: known }), nothing);
    }
    refused(
      change(archive({}, { hourly: 1, daily: 1 }), { before: deployed({ ...args, ...archive({}) }) }),
      "archive.volume.size",
      /cannot shrink/,
    );
    for (const now of [archive({ claim: "mine" }), {}]) assert.deepEqual(change(now, { before }), nothing);
  });

  it("refuses what a renamed stack would be by default, each with the key that keeps it", () => {
    const before = deployed({ mode: "sentinel", namespace: "redis-prod" });
    const { mistakes } = change({ namespace: "redis-production" }, { before, stack: "production" });
    assert.deepEqual(
      mistakes.map(({ property, value, reason }) => [property, value, /write "([^"]*)"/.exec(reason)?.[1]]),
      [
        ["namespace", "redis-production", "redis-prod"],
        ["masterName", "production-redis", "prod-redis"],
      ],
    );
  });

  it("lets sentinels take over a standalone Redis, and refuses the way back, with another one", () => {
    refused(change({ mode: "standalone" }), "mode", /write "sentinel"; the way to "standalone" is a new stack/);
    const { mistakes, warnings } = change({}, { before: deployed({ ...args, mode: "standalone" }) });
    assert.deepEqual(mistakes, []);
    assert.match(warnings.join(), /mode: the Redis that is there becomes the first master.*no way back/);
  });

  it("refuses another password while nodes run that would not know it, and says what it does to the only one", () => {
    const otherPassword = true;
    const alone: RedisArgs = { ...args, mode: "standalone" };
    refused(change({}, { otherPassword }), "auth.password", /run pulumi up with stopped: true beside it/);
    assert.ok(
      !JSON.stringify(change({ auth: { password: "a-password-of-the-tests" } }, { otherPassword })).includes(
        "a-password",
      ),
    );
    refused(change({}, { otherPassword, before: deployed(alone) }), "auth.password", /stopped: true/);
    assert.deepEqual(change({ stopped: true }, { otherPassword }), nothing);
    assert.deepEqual(change({}, { otherPassword, before: deployed({ ...args, stopped: true }) }), nothing);
    const { mistakes, warnings } = change(alone, { otherPassword, before: deployed(alone) });
    assert.deepEqual([mistakes, warnings.length], [[], 1]);
    assert.match(warnings[0]!, /auth\.password: Redis restarts with another password/);
    assert.deepEqual(
      change({ ...alone, stopped: true }, { otherPassword, before: deployed({ ...alone, stopped: true }) }),
      nothing,
    );
  });

  for (const [wrote, now, lost] of [
    ["redis:8.0.2-alpine", "redis:7.4.5-alpine", "8.0 wrote what 7.4 cannot read"],
    ["redis:8.0.2-alpine", "redis:7.0.15", "8.0 wrote what 7.0 cannot read"],
    ["redis:8.2.0", "registry.local:5000/redis:8.0.6-alpine", "8.2 wrote what 8.0 cannot read"],
    ["redis:7.10.0", "redis:7.9.9", "7.10 wrote what 7.9 cannot read"],
    ["redis:8.0.2-alpine", "redis:8.0.1-alpine", ""],
    ["redis:8.0.2-alpine", "redis:8.2.0-alpine", ""],
    ["redis:7.9.9", "redis:7.10.0", ""],
    [`redis@sha256:${"0".repeat(64)}`, "redis:7.4.5-alpine", ""],
    ["redis:8.0.2-alpine", `redis@sha256:${"0".repeat(64)}`, ""],
  ] as const) {
    it(`${lost ? "refuses" : "allows"} ${now} after ${wrote}`, () => {
      const found = change({ image: now }, { before: deployed({ ...args, image: wrote }) });
      if (lost) refused(found, "image", new RegExp(lost));
      else assert.deepEqual(found, nothing);
    });
  }

  it("says that volumes grow, also where more memory asks for it, and refuses what they cannot do", () => {
    const before = { ...deployed({ ...args, persistence: { size: "2Gi" } }), storageClass: "standard" };
    for (const larger of [{ persistence: { size: "4Gi" } }, { resources: { memory: "2Gi" } }]) {
      const { mistakes, warnings } = change(larger, { before });
      assert.deepEqual([mistakes, warnings.length], [[], 1]);
      assert.match(warnings[0]!, /grow from 2Gi to (4|6)Gi, and cannot shrink again/);
    }
    refused(
      change({ resources: { memory: "2Gi" } }, { before, mayGrow: false }),
      "persistence.size",
      /more than the 2Gi that the volumes have, and their StorageClass standard does not let them grow/,
    );
    refused(
      change({}, { before }),
      "persistence.size",
      /less than the volumes have, and a volume cannot shrink: write "2Gi"/,
    );
    refused(
      change({ persistence: { size: "2Gi", storageClass: "fast" } }, { before }),
      "persistence.storageClass",
      /write "standard" or leave it out/,
    );
    for (const same of ["standard", undefined])
      assert.deepEqual(change({ persistence: { size: "2Gi", storageClass: same } }, { before }), nothing);
    // Ready-made volumes have the size that they have.
    const ready = deployed({ ...args, persistence: { volumes: ["a", "b", "c"] } });
    assert.equal(ready.size, undefined);
    assert.deepEqual(change({ persistence: { volumes: ["a", "b", "c"], size: "9Gi" } }, { before: ready }), nothing);
  });

  it("remembers the version over an image that does not tell it", () => {
    const before = deployed({ ...args, image: `redis@sha256:${"0".repeat(64)}` }, here, deployed(args));
    refused(change({ image: "redis:7.4.5-alpine" }, { before }), "image", /8\.0 wrote/);
    assert.equal(deployed({ ...args, image: `redis:8.2.1-alpine@sha256:${"0".repeat(64)}` }).version, "8.2.1");
  });

  it("refuses another cluster, and nothing else until that is clear", () => {
    refused(
      change({ image: "redis:7.4.5-alpine" }, { cluster: elsewhere }),
      "cluster",
      /leads to another cluster than the one that this stack was deployed to .*--refresh/,
    );
    const { mistakes, warnings } = change(
      { image: "redis:7.4.5-alpine", persistence: { discard: ["redis-prod"] } },
      { cluster: elsewhere },
    );
    assert.deepEqual(mistakes, []);
    assert.match(warnings[0]!, /stay behind in the cluster of before/);
    refused(change({}, { cluster: "on Google Cloud" }), "cluster", /on Google Cloud/);
    assert.deepEqual(change({}, { cluster: "on Google Cloud", before: deployed(args, "on Google Cloud") }), nothing);
  });

  it("does not take a namespace's uid for another cluster's, nor a cluster for another that is not known", () => {
    assert.deepEqual(
      change({ createNamespace: false }, { cluster: "redis-prod 00000000-2222-3333-4444-555555555555" }),
      nothing,
    );
    assert.deepEqual(
      change({}, { before: { mode: "sentinel", namespace: "redis-prod", masterName: "prod-redis" } }),
      nothing,
    );
  });
});
