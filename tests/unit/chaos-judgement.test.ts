import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import { forget, lost, outage, span, type Write } from "../chaos/load";
import { markdown, rowsOf } from "../chaos/report";
import { picture } from "../chaos/picture";
import type { RunResult } from "../chaos/run";
import { Undo } from "../chaos/undo";

const writes = (...times: number[]): Write[] => times.map((at, index) => [index + 1, at - 1, at]);

/** As much of a Redis as the look-up asks for. */
function holding(values: Map<string, string>): Redis {
  return {
    mget: (keys: string[]) => Promise.resolve(keys.map((key) => values.get(key) ?? null)),
    unlink: (keys: string[]) => {
      for (const key of keys) values.delete(key);
      return Promise.resolve(keys.length);
    },
  } as unknown as Redis;
}

function result(change: Partial<RunResult> = {}, outageMs = 100): RunResult {
  const fault = { id: "14b", name: "a fault", make: () => Promise.resolve() };
  const recorded = { writes: writes(900, 1100, 1200), regressions: 0, errors: {} };
  return {
    fault,
    masters: 1,
    healed: true,
    copies: 0,
    events: [],
    marks: { fault: 1000, putBack: 1001, healed: 1200, end: 1300, elections: [1150] },
    clients: [{ client: "Sentinel", outageMs, acknowledged: 3, lost: 0, lostMs: 0, regressions: 0, recorded }],
    ...change,
  };
}

describe("the judgement of a fault", () => {
  const all = () => new Map(Array.from({ length: 2500 }, (_, n) => [`run:${n + 1}`, String(n + 1)]));
  const many = writes(...Array.from({ length: 2500 }, (_, n) => n));

  it("measures and draws a run of ten minutes, whose writes are more than a call takes arguments", () => {
    const long = Array.from({ length: 300_000 }, (_, n) => n * 2 + (n > 1000 ? 700 : 0)).map((at, index): Write => [
      index + 1,
      at - 1,
      at,
    ]);
    assert.equal(outage(long, 2000, 600_700), 702);
    const recorded = { writes: long, regressions: 0, errors: {} };
    assert.match(
      picture(
        result({
          marks: { fault: 2000, putBack: 2001, healed: 3000, end: 600_700, elections: [] },
          clients: [
            {
              client: "Sentinel",
              outageMs: 702,
              acknowledged: long.length,
              lost: 0,
              lostMs: 0,
              regressions: 0,
              recorded,
            },
          ],
        }),
      ),
      /^<svg/,
    );
  });

  it("finds each acknowledged write that is gone, or holds another value", async () => {
    const values = all();
    assert.deepEqual(await lost("run", many, holding(values)), []);
    values.delete("run:1");
    values.delete("run:2500");
    values.set("run:1001", "1000");
    assert.deepEqual(
      (await lost("run", many, holding(values))).map(([n]) => n),
      [1, 1001, 2500],
    );
  });

  it("tells over how long the lost writes had been acknowledged", () => {
    assert.deepEqual([[], writes(500), writes(500, 900, 1600)].map(span), [0, 0, 1100]);
  });

  it("leaves nothing of a run in the data of the next one", async () => {
    const values = all();
    await forget("run", many, holding(values));
    assert.equal(values.size, 0);
  });

  it("counts an outage from the last acknowledgement before the fault, not from the fault", () => {
    assert.equal(outage(writes(100, 900, 1500, 1510), 1000, 1520), 600);
  });

  it("counts that of the connection of a pool which had the longest", () => {
    // The second of two is silent from 900 to 1500, while the first goes on.
    const both: Write[] = [
      [1, 0, 800],
      [2, 0, 900],
      [3, 0, 1100],
      [5, 0, 1300],
      [4, 0, 1500],
      [7, 0, 1510],
    ];
    assert.equal(outage(both, 1000, 1520), 200);
    assert.equal(outage(both, 1000, 1520, 2), 600);
  });

  it("counts a client that never came back as out until the end", () => {
    assert.equal(outage(writes(100, 990), 1000, 9000), 8010);
    assert.equal(outage([], 1000, 9000), 8000);
  });

  it("ignores what was slow before the fault or after the load", () => {
    assert.equal(outage(writes(100, 5000, 5010, 5020, 9999), 5005, 5030), 10);
  });

  it("is healed only if every run was, and tells why not", () => {
    const rows = rowsOf(
      [result(), result({ healed: false, reason: "redis-1 does not answer", masters: 2 }, 300)].map(
        (run, _, [first]) => ({ ...run, fault: first!.fault }),
      ),
    );
    assert.equal(rows.length, 1);
    assert.deepEqual(
      [rows[0]!.fault, rows[0]!.runs, rows[0]!.healed, rows[0]!.masters, rows[0]!.acknowledged],
      [14, 2, false, 2, 6],
    );
    assert.deepEqual(rows[0]!.outageMs, { p50: 200, p95: 290, max: 300 });
    assert.match(markdown(rows), /\*\*no\*\*[^]*redis-1 does not answer/);
    assert.doesNotMatch(markdown(rowsOf([result()])), /Not healed/);
  });

  it("draws fault, election and healing, and no healing where there was none", () => {
    for (const mark of ["fault 0.00 s", "election 0.15 s", "healed 0.20 s"])
      assert.ok(picture(result()).includes(mark), mark);
    const unhealed = picture(
      result({
        healed: false,
        reason: "2 masters: redis-0 & <redis-1>",
        marks: { fault: 1000, putBack: 1001, end: 1300, elections: [] },
      }),
    );
    assert.doesNotMatch(unhealed, />(healed|election) \d|NaN/);
    assert.match(unhealed, /redis-0 &amp; &lt;redis-1>/);
  });

  it("puts everything back, the last first, even where one step fails", async () => {
    const undone: string[] = [];
    const undo = new Undo();
    undo.add(() => {
      undone.push("first");
    });
    undo.add(() => {
      throw new Error("the cable is gone");
    });
    undo.add(() => {
      undone.push("last");
    });
    await assert.rejects(undo.all(), /the cable is gone/);
    assert.deepEqual(undone, ["last", "first"]);
    await undo.all();
    assert.equal(undone.length, 2, "a step must not be taken twice");
  });
});
