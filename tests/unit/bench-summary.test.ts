import assert from "node:assert/strict";
import { clocks } from "../bench/clocks";
import { judge } from "../bench/down-after";
import { report } from "../bench/report";
import { summarise } from "../bench/throughput";

describe("the summary of a bench", () => {
  const samples = [100, 120, 80].flatMap((perSecond) => [
    { target: "bare redis-server", test: "SET", pipeline: 1, perSecond, p99Ms: 2 },
    { target: "pod", test: "SET", pipeline: 1, perSecond: perSecond / 2, p99Ms: 3 },
    { target: "bare redis-server", test: "SET", pipeline: 16, perSecond: perSecond * 10, p99Ms: 4 },
    { target: "pod", test: "SET", pipeline: 16, perSecond: perSecond * 9, p99Ms: 4 },
  ]);

  it("compares each figure with the bare one of its own pipeline, by medians", () => {
    const of = (target: string, pipeline: number) =>
      summarise(samples).find((row) => row.target === target && row.pipeline === pipeline)!;
    assert.deepEqual(of("bare redis-server", 1).ofBare, { perSecond: 1, p99: 1 });
    assert.deepEqual([of("pod", 1).perSecond, of("pod", 1).ofBare.perSecond, of("pod", 1).ofBare.p99], [50, 0.5, 1.5]);
    assert.equal(of("pod", 16).ofBare.perSecond, 0.9);
    assert.equal(summarise(samples).length, 4);
  });

  it("has a table for each question, the failovers without the number of a fault", () => {
    const failover = {
      fault: 0,
      name: "ours: hang",
      client: "Sentinel",
      runs: 1,
      outageMs: { p50: 1000, p95: 1000, max: 1000 },
      acknowledged: 5,
      lost: 0,
      regressions: 0,
      copies: 0,
      masters: 1,
      healed: true,
    };
    const stress = {
      seconds: 60,
      saves: 1,
      rewrites: 2,
      stalls: 3,
      pauses: 0,
      writes: 4,
      longestSilenceMs: 5,
      alarms: [{ downAfter: 1000, byOneSentinel: 2, byMajority: 1 }],
    };
    const falseAlarms = {
      megabytes: 80,
      busyLoops: 4,
      plain: stress,
      paused: { ...stress, pauses: 7, alarms: [{ downAfter: 1000, byOneSentinel: 6, byMajority: 5 }] },
    };
    const text = report({
      upSeconds: { running: true, cluster: 1, stack: 12, firstWrite: 0.01 },
      idle: {
        seconds: 60,
        machine: 0.4,
        processesPerSecond: 140,
        perPod: { redis: 0.0365 },
        perProgram: { etcd: 0.008 },
      },
      preview: { rounds: 7, empty: 2, unchanged: 5, target: 3 },
      throughput: summarise(samples),
      failover: [failover],
      clocks: [{ clocks: "ours", cpuPercent: 0.7, kilobytesPerSecond: 4 }],
      falseAlarms,
    });
    assert.match(text, /^\| ours: hang \| Sentinel \| 1 \| 1\.00 /m);
    assert.match(text, /^\| SET \| 1 \| pod \| 50 \| 3\.00 \| 0\.50 \| 1\.50 \|$/m);
    assert.match(text, /\| 12\.0 \|/);
    assert.match(text, /over 60 s: 400 thousandths .* 140 processes started each second/);
    assert.match(text, /^\| an average pod of kind redis, its probes among it \| 37 \|$/m);
    assert.match(text, /unchanged takes 5\.00 s, .* 2\.00 s .*: 2\.50 times as long \(target: 3\)/);
    assert.match(text, /^\| 1000 \| 2 \| 1 \| 6 \| 5 \|$/m);
  });

  it("reads Sentinel's clocks from the scripts that set them", () => {
    assert.deepEqual(clocks.ours.slice(0, 4), ["INFO-PERIOD", "900", "PING-PERIOD", "300"]);
    assert.ok(clocks.ours.every((word, n) => n % 2 === 0 || /^\d+$/.test(word)));
  });

  it("counts a false failover only where two sentinels hold the master for down at the same time", () => {
    const alarm = (sentinel: string, from: number, to: number) => ({ name: "after-1000", sentinel, from, to });
    assert.deepEqual(judge(1000, [alarm("a", 0, 10), alarm("b", 20, 30)]), {
      downAfter: 1000,
      byOneSentinel: 2,
      byMajority: 0,
    });
    assert.deepEqual(judge(1000, [alarm("a", 0, 10), alarm("b", 5, 30), alarm("a", 40, 50)]), {
      downAfter: 1000,
      byOneSentinel: 3,
      byMajority: 1,
    });
    assert.deepEqual(judge(2000, [alarm("a", 0, 10)]), { downAfter: 2000, byOneSentinel: 0, byMajority: 0 });
  });
});
