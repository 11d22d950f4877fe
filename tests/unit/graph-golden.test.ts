import assert from "node:assert/strict";
import { goldenFiles, resourceGraph, stacks, writtenFiles } from "../support/graph";

describe("the golden graph: what each stack asks for, one file a resource (made-up cloud)", function () {
  this.timeout(600_000);
  for (const stack of stacks) {
    it(`${stack}: is what was reviewed; \`make golden\` writes it again`, async () => {
      const wanted = goldenFiles(await resourceGraph(stack));
      const written = writtenFiles(stack);
      assert.ok(written.size > 20, `${written.size} files`);
      assert.deepEqual([...written.keys()].sort(), [...wanted.keys()].sort(), "resources came or went");
      for (const [name, text] of wanted) assert.equal(written.get(name), text, name);
    });

    it(`${stack}: gives no two resources one file, which would hide one of them`, async () => {
      const graph = await resourceGraph(stack);
      assert.equal(goldenFiles(graph).size, graph.length);
    });

    it(`${stack}: holds no password`, async () => {
      const text = JSON.stringify(await resourceGraph(stack));
      assert.doesNotMatch(text, /a-password-of-the-golden-graph|generated-password/);
      assert.match(text, /\[secret\]/);
    });
  }
});
