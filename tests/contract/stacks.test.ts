import assert from "node:assert/strict";
import { goldenFiles, linesOf, outcomeOf } from "./golden";
import { type GoldenResource, holdResource } from "./resource";

describe("what each stack asks of Google Cloud", () => {
  const stacks = goldenFiles<GoldenResource>();
  if (!stacks) {
    it("is what the API takes (skipped: there is no golden graph in tests/golden)");
    return;
  }
  const ofGoogle = Object.entries(stacks).map(([stack, files]) => ({
    stack,
    types: files.map(({ content }) => content.type),
    resources: files.map(({ content }) => content).filter(({ type }) => type.startsWith("gcp:")),
  }));
  for (const { stack, types, resources } of ofGoogle) {
    for (const resource of resources) {
      const { held, findings } = outcomeOf(() => holdResource(resource));
      it(`${stack}: ${resource.type} ${resource.name} is what the API takes (values held: ${held})`, () =>
        assert.deepEqual(linesOf(findings), []));
    }
    // Our own component of that name wraps everything that is asked of Google Cloud.
    if (types.some((type) => type.startsWith("redis-gke:gke:"))) {
      it(`${stack}: is compared at all, or the graph lost what it asks of Google Cloud (resources: ${resources.length})`, () =>
        assert.ok(resources.length > 0));
    }
  }

  it("is compared for one stack at least", () =>
    assert.ok(
      ofGoogle.some(({ resources }) => resources.length > 0),
      `none in ${Object.keys(stacks).join(", ")}`,
    ));
});
