import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { checkout } from "../../lib/paths";
import type { RecordedRequest } from "../../stand-ins/google";

const folder = (stack: string) => path.join(checkout, "tests", "golden", "requests", stack);

/**
 * Holds the requests against the files beside the graph; `GOLDEN=write make gcp-check` writes them again, to be read as
 * a diff.
 */
export function assertGolden(stack: string, requests: readonly RecordedRequest[]): void {
  const files = goldenFiles(requests);
  if (process.env.GOLDEN === "write") {
    fs.rmSync(folder(stack), { recursive: true, force: true });
    fs.mkdirSync(folder(stack), { recursive: true });
    for (const [name, text] of files) fs.writeFileSync(path.join(folder(stack), name), text);
  }
  const written = fs.existsSync(folder(stack)) ? fs.readdirSync(folder(stack)).sort() : [];
  assert.deepEqual(
    [...files.keys()].sort(),
    written,
    `other requests than in ${folder(stack)}; GOLDEN=write make gcp-check writes them again`,
  );
  for (const [name, text] of files)
    assert.equal(text, fs.readFileSync(path.join(folder(stack), name), "utf8"), `another request than in ${name}`);
}

/** By name, not by turn: what does not wait for another comes in whatever order. */
function goldenFiles(requests: readonly RecordedRequest[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const { method, path: asked, query, body } of requests) {
    const text = steady(JSON.stringify({ method, path: asked, query, body }, null, 2));
    const named = steady([asked, nameIn(body)].filter(Boolean).join("/"))
      .replace(/^\/(upload\/)?((compute|storage)\/)?v?[^/]+\//, "")
      .replace(/projects\/[^/:]+[/:]/g, "")
      .replace(/[/:]/g, ".");
    const name = `${method.toLowerCase()}-${named}.json`;
    assert.ok(!files.has(name), `two requests are called ${name}`);
    files.set(name, `${text}\n`);
  }
  return files;
}

/** The name of what is made. */
function nameIn(body: unknown): string | undefined {
  const { name, accountId, cluster, nodePool } = (body ?? {}) as {
    name?: string;
    accountId?: string;
    cluster?: { name: string };
    nodePool?: { name: string };
  };
  return nodePool?.name ?? cluster?.name ?? accountId ?? name;
}

/** What is another one in each run is not. */
const steady = (text: string): string =>
  text
    .replace(/-[0-9a-f]{7}\b/g, "-0123abc")
    .replace(/("etag": )"[^"]*"/g, '$1"ZXRhZw=="')
    .replace(/("gcsGeneration": )"\d+"/g, '$1"1700000000000000"');
