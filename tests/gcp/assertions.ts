import assert from "node:assert/strict";
import { mutates, type GoogleStack, type Step } from "./deployment";
import type { RecordedRequest } from "../../stand-ins/google";

/** "POST /compute/...": what a failed assertion has to show. */
export const lines = (requests: readonly RecordedRequest[]): string[] =>
  requests.map(({ method, path }) => `${method} ${path}`);

/** Names of what was not answered as it would have been by the real one, and of places that nobody was to go to. */
export function assertNothingUnforeseen(deployment: GoogleStack, expected?: RegExp): void {
  assert.deepEqual(deployment.cloud.unknown, [], "requests that the stand-in has no answer to");
  // It asks the directory whose token it has, whatever its endpoints are, and goes on without an answer.
  assert.deepEqual(
    deployment.strays.filter((stray) => stray !== "CONNECT openidconnect.googleapis.com:443"),
    [],
    "requests to somewhere else",
  );
  // A look whether something is there already is answered with 404, and is no mistake.
  const refused = lines(deployment.cloud.requests.filter((request) => request.status >= 400 && mutates(request)));
  assert.deepEqual(
    refused.filter((line) => !expected?.test(line)),
    [],
    "changes that were refused",
  );
}

/**
 * That the plan changes the resource where it is, by these properties: a replacement loses what is on a disk, and all
 * nodes at once.
 */
export function assertInPlace(step: Step | undefined, ...properties: string[]): void {
  assert.equal(
    step?.op,
    "update",
    `the plan says ${step?.op ?? "nothing"}, because of ${JSON.stringify(step?.detailedDiff)}`,
  );
  for (const property of properties)
    assert.equal(
      step.detailedDiff?.[property]?.kind,
      "update",
      `${property} is not what changes: ${JSON.stringify(step.detailedDiff)}`,
    );
}

/** That one request comes after another; both have to be there. */
export function assertOrder(requests: readonly RecordedRequest[], ...patterns: RegExp[]): void {
  const asked = lines(requests);
  const places = patterns.map((pattern) => {
    const found = asked.flatMap((line, place) => (pattern.test(line) ? [place] : []));
    assert.ok(found.length > 0, `no request is like ${pattern}:\n${asked.join("\n")}`);
    return { pattern, first: found[0]!, last: found.at(-1)! };
  });
  for (const [index, later] of places.slice(1).entries())
    assert.ok(
      places[index]!.last < later.first,
      `${later.pattern} came before ${places[index]!.pattern}:\n${asked.join("\n")}`,
    );
}

/**
 * That the program refuses a deployment by these words, without a stack trace, and has changed nothing until then; nor
 * looked, but for disks of others.
 */
export async function assertRefused(deployment: GoogleStack, ...words: RegExp[]): Promise<void> {
  const { output, requests } = await deployment.refused("up", "--yes", "--skip-preview");
  for (const word of words) assert.match(output, word);
  assert.doesNotMatch(output, /unhandled exception|^\s+at /m);
  assert.deepEqual(
    lines(requests).filter((line) => !/^GET .*\/disks\/[^/]+$/.test(line)),
    [],
  );
}
