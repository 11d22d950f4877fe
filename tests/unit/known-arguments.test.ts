import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { findMistakes, type RedisArgs } from "../../components/redis";
import { knownArguments } from "../../components/redis/rules/known-arguments";
import { checkout } from "../../lib/paths";

/** As a caller writes them whose language has no compiler that knows the types. */
const mistakesOf = (args: Record<string, unknown>) => findMistakes(args as unknown as RedisArgs);
const told = (args: Record<string, unknown>) => mistakesOf(args).map(({ property, reason }) => `${property} ${reason}`);

describe("what a caller without a compiler writes", () => {
  it("is told a misspelt argument and the one that was meant, at every depth, all at once", () => {
    assert.deepEqual(
      told({ mode: "sentinel", replcias: 5, persistence: { siz: "1Gi" }, archive: { s3: { bukket: "b" } } }),
      [
        "replcias is not a known argument: did you mean replicas?",
        "persistence.siz is not a known argument: did you mean persistence.size?",
        "archive.s3.bukket is not a known argument: did you mean archive.s3.bucket?",
        ...told({ mode: "sentinel", archive: { s3: {} } }),
      ],
    );
  });

  it("is told what there is, where nothing is near", () => {
    assert.deepEqual(told({ mode: "standalone", restore: { from: "latest", wobble: 1 }, archive: { volume: {} } }), [
      "restore.wobble is not a known argument: the known ones are from, root",
    ]);
  });

  it("never sees a secret again, under a misspelt name neither", () => {
    const secret = "a-secret-of-somebody";
    for (const misspelt of [
      { auth: { pasword: secret } },
      { atuh: { password: secret } },
      { passwort: secret },
      { security: [{ password: secret }] },
      { archives: { s3: { secretAccesKey: secret } } },
    ]) {
      const mistakes = mistakesOf({ mode: "standalone", ...misspelt });
      assert.equal(mistakes.length, 1);
      const shown = JSON.stringify(mistakes);
      assert.ok(shown.includes("[secret]") && !shown.includes(secret), shown);
    }
    const [harmless] = mistakesOf({ mode: "standalone", persistance: { size: "1Gi" } });
    assert.deepEqual(harmless!.value, { size: "1Gi" });
  });

  it("is told that a mode is none, with whatever else is wrong", () => {
    assert.deepEqual(told({ mode: "standalon", replicas: 1 }), [
      'mode must be "standalone" or "sentinel"',
      ...told({ mode: "sentinel", replicas: 1 }),
    ]);
    assert.deepEqual(told({}), ['mode is missing: write "standalone" or "sentinel"']);
  });

  it("may hand over a block as an Output, which nobody can look into yet", () => {
    assert.deepEqual(told({ mode: "standalone", auth: pulumi.output({ password: "a-password-of-sixteen" }) }), []);
  });
});

describe("the package's schema for other languages", () => {
  interface Type {
    properties?: Record<string, { $ref?: string }>;
  }
  const { resources, types } = JSON.parse(
    fs.readFileSync(path.join(checkout, "components", "provider", "schema.json"), "utf8"),
  ) as {
    resources: Record<string, { inputProperties: Record<string, { $ref?: string }> }>;
    types: Record<string, Type>;
  };

  it("has every argument of Redis that another language can write, and no other", () => {
    type Names = { [name: string]: true | Names };
    const namesOf = (properties: Record<string, { $ref?: string }>): Names =>
      Object.fromEntries(
        Object.entries(properties).map(([name, { $ref }]) => {
          const block = types[$ref?.replace("#/types/", "") ?? ""]?.properties;
          return [name, block === undefined || name === "before" ? true : namesOf(block)];
        }),
      );
    const { describe: _, ...known } = knownArguments;
    assert.deepEqual(namesOf(resources["redis-gke:redis:Redis"]!.inputProperties), known);
  });
});
