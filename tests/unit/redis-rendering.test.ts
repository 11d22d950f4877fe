import assert from "node:assert/strict";
import { redisConf } from "../../components/redis/rendered/redis-conf";
import { sentinelConf } from "../../components/redis/rendered/sentinel-conf";
import { haproxyConf } from "../../components/redis/rendered/haproxy-cfg";
import { whyFloating } from "../../components/redis/rules/image";
import { formatMi, Gi, Mi, nearestQuantity, parseBytes } from "../../components/redis/rules/quantity";
import { majority } from "../../components/redis/defaults";
import { withDefaults } from "../../components/redis/settings";
import { deriveSizing } from "../../components/redis/rules/sizing";
import { failoverWarnings } from "../../components/redis/rules/failover-validation";
import { spreadWarnings } from "../../components/redis/rules/needs";
import { findMistakes } from "../../components/redis/rules/validation";

const sentinel = withDefaults("redis", "test", { mode: "sentinel" });
const nodes = [
  { name: "redis-0", address: "198.19.0.1" },
  { name: "redis-1", address: "198.19.0.2" },
];
const sentinels = [1, 2, 3].map((n) => ({ name: `redis-sentinel-${n}`, address: `198.19.1.${n}` }));

describe("sizing", () => {
  for (const memory of ["64Mi", "256Mi", "1Gi", "13Gi", "64Gi"]) {
    it(`leaves a fork its headroom at ${memory}: data, backlog, the program and a third more fit the limit`, () => {
      const sizing = deriveSizing(memory);
      assert.ok(sizing.maxmemory > 0);
      assert.ok(sizing.maxmemory + sizing.replicationBacklog + sizing.copyOnWriteHeadroom + 32 * Mi <= sizing.limit);
      assert.ok(sizing.copyOnWriteHeadroom >= sizing.maxmemory / 3 - Mi);
      assert.ok(sizing.smallestDisk >= 4 * sizing.maxmemory);
    });
  }
  it("refuses what is no quantity instead of deriving NaN", () => {
    for (const memory of ["1gb", "10Mi", "", "512"]) assert.throws(() => deriveSizing(memory), RangeError);
  });
});

describe("quantities", () => {
  it("reads binary units only: 512M is not 512Mi", () => {
    assert.equal(parseBytes("1.5Gi"), 1.5 * Gi);
    for (const text of ["512M", "1gb", "1 Gi", "-1Gi", "Gi"]) assert.equal(parseBytes(text), undefined);
    assert.equal(nearestQuantity("1gb"), "1Gi");
    assert.equal(nearestQuantity("a lot"), undefined);
    assert.equal(formatMi(1.9 * Mi), "1Mi");
  });
});

describe("images", () => {
  it("takes fixed versions and digests", () => {
    for (const image of [
      "redis:8.0.2-alpine",
      "registry:5000/a/redis:7.4.1",
      "redis:8.0.2",
      `redis@sha256:${"0".repeat(64)}`,
    ])
      assert.equal(whyFloating(image), undefined, image);
  });
  it("refuses whatever may be another image tomorrow", () => {
    for (const image of ["redis", "redis:latest", "redis:alpine", "redis:8-alpine", "redis:8.0", "registry:5000/redis"])
      assert.match(whyFloating(image)!, /floating/, image);
    assert.match(whyFloating("not an image")!, /is not the name/);
  });
});

describe("redis.conf", () => {
  it("has both kinds of persistence on, memory derived, and the protection not switched off", () => {
    const conf = redisConf(sentinel);
    for (const line of [
      "appendonly yes",
      "appendfsync everysec",
      "save 3600 1 300 100 60 10000",
      `maxmemory ${deriveSizing("256Mi").maxmemory}`,
      "protected-mode yes",
      "min-replicas-to-write 1",
    ]) {
      assert.ok(conf.split("\n").includes(line), line);
    }
    assert.doesNotMatch(conf, /requirepass|masterauth/);
  });
  it("does not let a lone replica's restart stop all writes", () => {
    assert.match(
      redisConf(withDefaults("redis", "test", { mode: "sentinel", replicas: 2 })),
      /^min-replicas-to-write 0$/m,
    );
    assert.doesNotMatch(redisConf(withDefaults("redis", "test", { mode: "standalone" })), /min-replicas/);
  });
  it("bounds how long a master that is cut off takes writes, and keeps an idle replica from looking cut off", () => {
    const conf = redisConf(
      withDefaults("redis", "test", { mode: "sentinel", replicas: 5, failover: { minReplicas: 2, maxLag: 3 } }),
    );
    for (const line of ["min-replicas-to-write 2", "min-replicas-max-lag 3", "repl-ping-replica-period 1"])
      assert.ok(conf.split("\n").includes(line), line);
  });
  it("takes further settings", () => {
    assert.match(
      redisConf({ ...sentinel, settings: { "maxmemory-policy": "allkeys-lru" } }),
      /^maxmemory-policy allkeys-lru$/m,
    );
  });
  it("tells Sentinel the clocks of a failover, under the master's name", () => {
    const failover = { ...sentinel.failover, downAfter: 3000, failoverTimeout: 12000, parallelSyncs: 1 };
    const lines = sentinelConf({ ...sentinel, masterName: "orders", failover }).split("\n");
    for (const line of [
      "down-after-milliseconds orders 3000",
      "failover-timeout orders 12000",
      "parallel-syncs orders 1",
    ])
      assert.ok(lines.includes(`sentinel ${line}`), line);
  });
  it("keeps Sentinel from looking names up", () =>
    assert.match(sentinelConf(sentinel), /^sentinel resolve-hostnames no$/m));
});

describe("haproxy.cfg", () => {
  const conf = haproxyConf(sentinel, nodes, sentinels);
  it("asks for a majority of the sentinels as well as for the node's own word", () => {
    assert.match(
      conf,
      /use_backend master-redis-0 if \{ var\(txn\.votes_0\) -m int ge 2 \} \{ nbsrv\(role-redis-0\) ge 1 \}/,
    );
  });
  it("counts no vote of a sentinel that does not answer, nor one for an address that only begins alike", () => {
    const votes = conf.split("\n").filter((line) => line.includes("set-var(txn.votes_0) var"));
    assert.equal(votes.length, 3 * sentinels.length);
    for (const line of votes)
      assert.match(
        line,
        /if \{ nbsrv\(redis-sentinel-\d\) ge 1 \} \{ var\(proc\.named_\d\) -m sub "\\r\\n198\.19\.0\.1\\r\\n" \}$/,
      );
  });
  it("asks each sentinel in one place, whatever the number of nodes", () => {
    const servers = conf.split("\n").filter((line) => /^ {2}server redis-sentinel/.test(line));
    assert.equal(servers.length, sentinels.length);
  });
  it("sends nobody anywhere when there is no master", () => {
    const frontend = /frontend master\n([\s\S]*?)\n\n/.exec(conf)![1]!;
    assert.match(frontend, /default_backend nobody/);
    assert.doesNotMatch(frontend, /replicas/);
  });
  it("does not wait for a node that is gone, nor leave a client half connected to it", () => {
    for (const line of ["retries 0", "timeout connect 400ms", "timeout queue 100ms"])
      assert.ok(conf.includes(line), line);
    const [, , interval, fall] =
      /server redis-1 198\.19\.0\.2:6379 check addr 127\.0\.0\.1 (port \d+) inter (\d+)ms .*fall (\d) .*on-marked-down shutdown-sessions tcp-ut 2s/.exec(
        conf,
      )!;
    // A connection that is being made while the sessions are cut is left open for ever: none may take as long as it
    // takes to cut them.
    assert.ok(Number(interval) * Number(fall) > 400);
  });
  it("reads from replicas that have heard of their master within max-lag, and of no other", () => {
    const backend = conf.slice(conf.indexOf("backend replicas"));
    assert.match(backend, /master_link_status:up.*master_last_io_seconds_ago:\(0\|1\|2\|3\|4\|5\)\\r/);
  });
  it("holds no password", () => assert.match(conf, /AUTH \$\{REDISCLI_AUTH\}/));
});

describe("arguments of Redis", () => {
  it("needs a majority that two sides can never both have", () => {
    for (const count of [3, 5, 7, 9]) assert.ok(2 * majority(count) > count);
  });
  it("are all looked at, with no mistake in none", () => {
    assert.deepEqual(findMistakes({ mode: "sentinel" }), []);
    assert.deepEqual(findMistakes({ mode: "standalone" }), []);
    const properties = findMistakes({
      mode: "sentinel",
      replicas: 1,
      sentinels: 2,
      image: "redis",
      namespace: "Bad Name",
      endpoint: { replicas: 1 },
      failover: { downAfter: 10 },
    }).map(({ property }) => property);
    assert.deepEqual(properties.sort(), [
      "endpoint.replicas",
      "failover.downAfter",
      "image",
      "namespace",
      "replicas",
      "sentinels",
    ]);
  });
  it("of failover are refused where they would stop every write or never end a failover", () => {
    const refused = (failover: object, replicas = 3) =>
      findMistakes({ mode: "sentinel", replicas, failover }).map(({ property }) => property);
    assert.deepEqual(refused({ minReplicas: 3 }), ["failover.minReplicas"]);
    assert.deepEqual(refused({ minReplicas: 2 }, 2), ["failover.minReplicas"]);
    assert.deepEqual(refused({ minReplicas: 0.5, maxLag: 1, parallelSyncs: 0 }), [
      "failover.parallelSyncs",
      "failover.minReplicas",
      "failover.maxLag",
    ]);
    assert.deepEqual(refused({ downAfter: 5000, failoverTimeout: 4000 }), ["failover.failoverTimeout"]);
    assert.deepEqual(refused({ downAfter: 30_000 }), ["failover.downAfter"]);
    assert.deepEqual(
      refused({ downAfter: 30_000, failoverTimeout: 30_000, minReplicas: 0, maxLag: 10, parallelSyncs: 1 }),
      [],
    );
  });
  it("of failover are warned about where they are less safe than they look, with the figure", () => {
    const warnings = (failover: object, replicas = 3) => failoverWarnings({ mode: "sentinel", replicas, failover });
    assert.match(warnings({ downAfter: 1000 })[0]!, /1000 ms is below .*\(2000 ms\)/);
    assert.match(warnings({ minReplicas: 2 })[0]!, /the restart of any one of them stops all writes/);
    assert.match(warnings({ minReplicas: 0 })[0]!, /are lost when it rejoins/);
    for (const fine of [{}, { downAfter: 2000 }, { minReplicas: 1 }]) assert.deepEqual(warnings(fine), []);
    assert.deepEqual(warnings({ minReplicas: 0 }, 2), []);
    assert.deepEqual(failoverWarnings({ mode: "standalone" }), []);
  });

  it("warns of more sentinels than a usual cluster has nodes, where each must have its own: the rest would stay Pending", () => {
    assert.match(
      spreadWarnings({ mode: "sentinel", sentinels: 5, scheduling: { spread: "required" } }).join(),
      /up to 5 pods of one kind .* 5 nodes/,
    );
    assert.deepEqual(spreadWarnings({ mode: "sentinel", sentinels: 5 }), []);
    assert.deepEqual(spreadWarnings({ mode: "sentinel", scheduling: { spread: "required" } }), []);
  });
});
