import assert from "node:assert/strict";
import { goldenFiles, linesOf, outcomeOf } from "./golden";
import { holdRequest, type RecordedRequest } from "./request";

/**
 * What the official plugin sends, empty or false, of fields that the documents do not have; nothing in the program
 * leads there.
 */
const undocumented = ["routingConfig.deleteBgpAlwaysCompareMed", "nats[0].initialNatIps"];

describe("what the provider sends for each stack", () => {
  const stacks = goldenFiles<RecordedRequest>("requests");
  if (!stacks) {
    it("is what the API takes (skipped: `make gcp-check` records the requests to tests/golden/requests)");
    return;
  }
  let compared = 0;
  for (const [stack, files] of Object.entries(stacks)) {
    for (const { file, content: request } of files) {
      const { held, findings, ...called } = outcomeOf(() => holdRequest(request));
      const id = "id" in called ? called.id : undefined;
      if (request.body) compared += held;
      it(`${stack}: ${request.method} ${id ?? request.path} is what the API takes (${file}, values held: ${held})`, () => {
        const unforeseen = linesOf(findings).filter(
          (line) => !undocumented.some((known) => line.startsWith(`${known} is no field`)),
        );
        assert.deepEqual(unforeseen, []);
      });
    }
  }

  it("is compared at all: a recording without a body would prove nothing", () =>
    assert.ok(compared > 0, `nothing in ${Object.keys(stacks).join(", ")}`));
});
