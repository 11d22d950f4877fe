import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { findMistakes } from "../../components/redis";
import { knownArguments } from "../../components/redis/rules/known-arguments";
import { checkout } from "../../lib/paths";

const read = (...names: string[]) => fs.readFileSync(path.join(checkout, ...names), "utf8");
const readme = read("components", "README.md");

/** The text below a heading, up to the next one of its depth or above. */
function section(heading: string): string {
  const [, marks] = /^(#+) /.exec(heading)!;
  const [, after] = readme.split(`\n${heading}\n`);
  assert.ok(after !== undefined, `there is no heading ${heading}`);
  return after.split(new RegExp(`\n#{1,${marks!.length}} `))[0]!;
}

describe("the package's README", () => {
  it("shows only what stands in an example, which is type-checked, or is deployed by the tests of the package", () => {
    const plain = (code: string) =>
      code
        .replaceAll(/ \/\/.*$/gm, "")
        .replaceAll(/\s+/g, " ")
        .trim();
    const folder = path.join("examples", "typescript");
    const examples = fs.readdirSync(path.join(checkout, folder)).map((file) => plain(read(folder, file)));
    const [first, ...blocks] = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
    assert.match(first!, /new Redis\("redis"/);
    assert.deepEqual(
      blocks.filter((block) => !examples.some((example) => example.includes(plain(block)))),
      [],
    );
  });

  it("names every argument of Redis, those of a block below the block's own heading, with an example", () => {
    const namesIn = (block: object): string[] =>
      Object.entries(block).flatMap(([name, value]) => [name, ...(value === true ? [] : namesIn(value as object))]);
    const missing = Object.entries(knownArguments).flatMap(([name, value]) => {
      const text = section(value === true ? "## Arguments of `Redis`" : `### \`${name}\``);
      if (value !== true) assert.match(text, new RegExp("```ts\n" + name + ": "), `${name} has no example`);
      return [name, ...(value === true ? [] : namesIn(value))].filter(
        (each) => !new RegExp(`\\b${each}\\b`).test(text),
      );
    });
    assert.deepEqual(missing, []);
  });

  it("has no mistake in its arguments", async () => {
    for (const key of ["password", "accessKeyId", "secretAccessKey"])
      pulumi.runtime.setConfig(`${pulumi.getProject()}:${key}`, "a-value-of-the-tests");
    const { args } = await import("../../examples/typescript/arguments");
    assert.deepEqual(findMistakes(args), []);
  });
});
