import assert from "node:assert/strict";
import { redisConf } from "../../components/redis/rendered/redis-conf";
import { damageWarnings } from "../../components/redis/rules/damage-validation";
import { Gi, Mi } from "../../components/redis/rules/quantity";
import { withDefaults } from "../../components/redis/settings";
import { deriveRewriteThresholds, deriveSizing } from "../../components/redis/rules/sizing";
import { findMistakes } from "../../components/redis/rules/validation";
import type { RedisArgs } from "../../components/redis/args";

const args = (persistence: RedisArgs["persistence"]): RedisArgs => ({ mode: "standalone", persistence });

describe("rewrite thresholds", () => {
  for (const memory of ["64Mi", "256Mi", "1Gi", "13Gi", "64Gi"]) {
    it(`leave the smallest disk of ${memory} room for base, RDB file and the file being written when the log is at its longest`, () => {
      const { maxmemory, smallestDisk } = deriveSizing(memory);
      for (const disk of [smallestDisk, 2 * smallestDisk, 10 * smallestDisk]) {
        const { percentage, minSize } = deriveRewriteThresholds(memory, disk);
        assert.ok(percentage >= 50 && percentage <= 100 && Number.isInteger(percentage), `${percentage} %`);
        assert.ok(minSize >= 64 * Mi && minSize <= 256 * Mi);
        assert.ok(maxmemory * (3 + percentage / 100) <= disk, `${percentage} % of ${memory} on ${disk / Gi} Gi`);
        assert.ok(minSize + 2 * maxmemory <= disk);
      }
    });
  }
  it("follow the disk: where it is tight the log is written anew sooner", () => {
    const { maxmemory } = deriveSizing("64Gi");
    assert.equal(deriveRewriteThresholds("64Gi", 4 * maxmemory).percentage, 60);
    assert.equal(deriveRewriteThresholds("64Gi", 8 * maxmemory).percentage, 100);
  });
});

describe("redis.conf: durability", () => {
  it("leaves it to the start script what an append-only file that does not load is worth", () => {
    const conf = redisConf(withDefaults("redis", "test", args({ size: "10Gi", fsync: "always" })));
    for (const line of [
      "aof-load-truncated no",
      "appendfsync always",
      "auto-aof-rewrite-percentage 100",
      `auto-aof-rewrite-min-size ${256 * Mi}`,
    ])
      assert.ok(conf.split("\n").includes(line), line);
  });
  it("keeps what it relies on out of the settings", () => {
    for (const name of [
      "aof-load-truncated",
      "auto-aof-rewrite-percentage",
      "auto-aof-rewrite-min-size",
      "replica-priority",
      "rdbchecksum",
    ]) {
      assert.match(
        findMistakes({ mode: "standalone", settings: { [name]: "1" } })[0]?.reason ?? "",
        /is owned by the component/,
        name,
      );
    }
  });
});

describe("persistence.onDamage", () => {
  it("takes the four ways, a restore only with an archive to restore", () => {
    for (const onDamage of ["stop", "repair", "empty"] as const) assert.deepEqual(findMistakes(args({ onDamage })), []);
    assert.match(findMistakes(args({ onDamage: "restore" }))[0]!.reason, /restore\.from/);
    assert.deepEqual(
      findMistakes({ ...args({ onDamage: "restore" }), restore: { from: "latest" }, archive: { volume: {} } }),
      [],
    );
    assert.match(findMistakes(args({ onDamage: "ignore" as "stop" }))[0]!.reason, /must be "stop"/);
  });
  it("reminds of a choice that was meant for one accident", () => {
    assert.deepEqual(damageWarnings(args({})), []);
    assert.deepEqual(damageWarnings(args({ onDamage: "stop" })), []);
    assert.match(damageWarnings(args({ onDamage: "empty" }))[0]!, /"empty" also decides about the next damage/);
  });
});
