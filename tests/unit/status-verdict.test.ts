import assert from "node:assert/strict";
import type { Answer, Sight } from "../../operate/status/collect";
import type { PodRole, PodFacts } from "../../operate/status/inventory";
import type { RedisView, SentinelView } from "../../operate/status/replies";
import { bytes, report, table } from "../../operate/status/report";
import { problems, verdict } from "../../operate/status/verdict";

const pod = (name: string, role: PodRole, over: Partial<PodFacts> = {}): PodFacts => ({
  name,
  role,
  node: "node-1",
  ready: true,
  restarts: 0,
  waitsForKernel: false,
  ...over,
});
const master: RedisView = {
  role: "master",
  linkUp: false,
  offset: 1000,
  syncing: false,
  loading: false,
  keys: 7,
  memory: 1_500_000,
  maxmemory: 200_000_000,
  diskTrouble: [],
  kernel: [],
};
const replica: RedisView = { ...master, role: "slave", linkUp: true, offset: 990, silentSeconds: 0 };
const sentinel: SentinelView = {
  master: "redis",
  address: "198.18.1.0",
  flags: [],
  replicas: 2,
  otherSentinels: 2,
  quorum: 2,
};

type Views<T> = (T | string)[];

/** Redis pods and sentinels with these views; a string is the reason why one does not answer. */
function sight(
  redis: Views<RedisView>,
  sentinels: Views<SentinelView> = [sentinel, sentinel, sentinel],
  endpoints = [pod("redis-endpoint-a", "endpoint")],
): Sight {
  const answers = <T extends object>(role: PodRole, views: Views<T>): Answer<T>[] =>
    views.map((view, index) => ({
      pod: pod(`${role}-${index}`, role),
      ...(typeof view === "string" ? { problem: view } : { view }),
    }));
  const [data, watchers] = [answers("redis", redis), answers("sentinel", sentinels)];
  return {
    instance: {
      name: "redis",
      pods: [...data.map((answer) => answer.pod), ...watchers.map((answer) => answer.pod), ...endpoints],
      wanted: { redis: redis.length, sentinel: sentinels.length, endpoint: endpoints.length },
      podAt: new Map(redis.map((_, index) => [`198.18.1.${index}`, `redis-${index}`])),
    },
    redis: data,
    sentinels: watchers,
    endpoints,
  };
}

const wrong = (found: Sight, expected: RegExp) => {
  assert.match(problems(found).join("; "), expected);
  assert.match(verdict(found, "ns"), /^NOT healthy: .* Look at: kubectl -n ns /);
};

describe("status: the verdict", () => {
  it("is healthy with the numbers that prove it, and only then", () => {
    assert.equal(
      verdict(sight([master, replica, replica]), "ns"),
      "healthy: 1 master, 2 replicas in sync, 3 of 3 sentinels agree",
    );
    assert.equal(verdict(sight([master], [], []), "ns"), "healthy: 1 master");
  });

  it("names both masters of a split brain", () =>
    wrong(sight([master, master, replica]), /2 masters: redis-0 and redis-1/));

  it("sees that nobody is master although every pod answers", () =>
    wrong(sight([replica, replica, replica]), /no master/));

  it("sees that the sentinels hold on to an address that is not the master's", () => {
    const stale = { ...sentinel, address: "198.18.1.1" };
    wrong(
      sight([master, replica, replica], [stale, stale, stale]),
      /the sentinels name redis-1, which is not the master/,
    );
    wrong(sight([master, replica, replica], [sentinel, stale, sentinel]), /the sentinels disagree/);
    wrong(sight([master, replica, replica], [{ ...sentinel, address: "10.9.9.9" }]), /name 10\.9\.9\.9/);
  });

  it("warns that no failover is possible while a majority of the sentinels is silent, also when those that answer agree", () => {
    wrong(
      sight([master, replica, replica], [sentinel, "CrashLoopBackOff", "no answer within 6 s"]),
      /1 of 3 sentinels answer: no failover is possible/,
    );
  });

  it("names a pod that cannot be asked, with the reason", () =>
    wrong(sight([master, "no answer within 6 s", replica]), /redis-1 cannot be asked \(no answer within 6 s\)/));

  it("does not call a replica in sync that has no link, is copying, or hears nothing", () => {
    wrong(
      sight([master, { ...replica, linkUp: false, downSeconds: 44 }, replica]),
      /redis-1 has no link to its master for 44 s/,
    );
    wrong(sight([master, { ...replica, linkUp: false, syncing: true }, replica]), /redis-1 is copying/);
    wrong(sight([master, { ...replica, silentSeconds: 90 }, replica]), /heard nothing of its master for 90 s/);
  });

  it("says that nothing is to run, and of nothing else that it is missing", () => {
    const found = sight([], []);
    assert.match(
      verdict(found, "ns"),
      /^NOT healthy: stopped: nothing is to run\. [^;]*redis-gke:stopped[^;]*pulumi up\. Look at: /,
    );
  });

  it("misses a pod that does not even exist", () => {
    const found = sight([master, replica]);
    found.instance.wanted.redis = 3;
    wrong(found, /1 of 3 redis pods missing/);
  });

  it("warns before memory runs out, and of a disk that takes no writes", () => {
    wrong(sight([{ ...master, memory: 190_000_000 }, replica]), /redis-0 uses 95% of its maxmemory/);
    wrong(sight([{ ...master, diskTrouble: ["AOF writes fail"] }, replica]), /AOF writes fail/);
  });

  it("warns of a disk that fills, and calls it a fault in time to act", () => {
    const full = (percent: number) => sight([master, { ...replica, disk: { percent, size: 10 * 2 ** 30 } }, replica]);
    assert.match(verdict(full(79), "ns"), /^healthy: [^;]*$/);
    assert.match(
      verdict(full(80), "ns"),
      /^healthy: .*; WARNING: the disk of redis-1 is 80 % full: raise persistence.size$/,
    );
    wrong(full(90), /the disk of redis-1 is 90 % full/);
    assert.match(report(full(83), "ns"), /redis-1 .* 83 % of 10.0 GB /);
  });

  it("tells of a node whose data files were damaged, while it has no whole copy, and what one said that stopped for it", () => {
    wrong(
      sight([master, { ...replica, damaged: "appendonly.aof.2.base.rdb is damaged" }, replica]),
      /redis-1 has no whole copy since its data files were damaged \(appendonly\.aof\.2\.base\.rdb is damaged\)/,
    );
    wrong(
      sight(["CrashLoopBackOff after Error: stopped: appendonly.aof.1.incr.aof is damaged"], [], []),
      /redis-0 cannot be asked \(CrashLoopBackOff after Error: stopped: appendonly/,
    );
  });

  it("says why a pod waits for its node's kernel, and leads to the container that knows more", () => {
    const found = sight(["waits for its node's kernel: the node node-1 has vm.overcommit_memory 0 (wanted 1)"], [], []);
    found.redis[0]!.pod.waitsForKernel = true;
    found.redis[0]!.pod.trouble = "Pending";
    wrong(found, /redis-0 cannot be asked \(waits for its node's kernel: the node node-1 has vm\.overcommit_memory 0/);
    assert.match(verdict(found, "ns"), /Look at: kubectl -n ns logs redis-0 -c kernel$/);
  });

  it("sees an endpoint that serves nobody while Redis is well, and leads to the container that its pod has", () => {
    const found = sight([master, replica, replica], undefined, [pod("redis-endpoint-a", "endpoint", { ready: false })]);
    wrong(found, /redis-endpoint-a is not ready/);
    assert.match(verdict(found, "ns"), /Look at: kubectl -n ns logs redis-endpoint-a -c haproxy$/);
  });
});

describe("status: the table", () => {
  it("keeps its columns aligned when a pod's row is an error text", () => {
    assert.equal(
      table([
        ["A", "BB", "C"],
        ["long name", "1", "x"],
        ["b", "a text much longer than the column"],
      ]),
      "A          BB  C\nlong name  1   x\nb          a text much longer than the column",
    );
  });

  it("shows lag in bytes and seconds, never negative: the pods are not asked at one instant", () => {
    const lines = report(sight([master, replica, { ...replica, offset: 1010 }]), "ns").split("\n");
    assert.match(lines[2] ?? "", /^redis-1 +replica +up +10 B, 0 s/);
    assert.match(lines[3] ?? "", /^redis-2 +replica +up +0 B, 0 s/);
  });

  it("shows the kernel that each pod got, and what is wrong with it; that alone is a warning, not an illness", () => {
    const kernel = [
      ["net.core.somaxconn", "4096", "at least 1024"],
      ["transparent huge pages", "madvise", "never"],
      ["vm.overcommit_memory", "1", "1"],
    ].map(([name, value, wanted]) => ({
      name: name!,
      value: value!,
      wanted: wanted!,
      right: name !== "transparent huge pages",
    }));
    const text = report(
      sight([
        { ...master, kernel },
        { ...replica, kernel: kernel.map((value) => ({ ...value, right: true })) },
        replica,
      ]),
      "ns",
    );
    assert.match(text, /^redis-0 +4096 +madvise +1 +node-1 +transparent huge pages: wanted never$/m);
    assert.match(text, /^redis-1 +4096 +madvise +1 +node-1 +as wanted$/m);
    assert.match(text, /healthy: 1 master, 2 replicas in sync/);
    assert.doesNotMatch(report(sight([master]), "ns"), /KERNEL/);
  });

  it("names the pod that a sentinel means, not the address of its Service", () => {
    assert.match(report(sight([master, replica, replica]), "ns"), /^sentinel-0 +redis-0 +2 +2 +3 /m);
  });

  it("still shows everything else when nothing answers", () => {
    const text = report(sight(["no answer within 6 s", "Pending"], ["CrashLoopBackOff"]), "ns");
    assert.match(text, /redis-0 +cannot be asked: no answer within 6 s \(node node-1, 0 restarts\)/);
    assert.match(text, /NOT healthy: no Redis answers/);
  });

  it("writes sizes as short as they can be read", () => {
    assert.deepEqual([0, 512, 1536, 200 * 1024 ** 2, 3.2 * 1024 ** 3].map(bytes), [
      "0 B",
      "512 B",
      "1.5 kB",
      "200 MB",
      "3.2 GB",
    ]);
  });
});
