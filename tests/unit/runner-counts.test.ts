import assert from "node:assert/strict";
import { countsOf, failureLine } from "../support/counts";

describe("the runner's count", () => {
  const stats = { passes: 5, failures: 1, pending: 2, notRun: 0 };

  it("counts a skipped test as failed in CI: what did not run has proved nothing", () => {
    assert.deepEqual(countsOf(stats, true), { passed: 5, failed: 3 });
  });

  it("counts what was left out after a failure as failed, or a story that breaks at its start would look almost whole", () => {
    assert.deepEqual(countsOf({ ...stats, notRun: 6 }, false), { passed: 5, failed: 7 });
  });

  it("never counts a skipped test as passed", () => {
    assert.deepEqual(countsOf(stats, false), { passed: 5, failed: 1 });
  });

  it("names what failed in one line, with the first line of why", () => {
    assert.equal(failureLine("a story is told", new Error("it was not\n  at all")), "a story is told: it was not");
    assert.equal(failureLine("a story is told", undefined), "a story is told: no reason given");
  });
});
