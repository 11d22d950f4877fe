import * as fs from "node:fs";
import * as path from "node:path";
import type { Finding, Outcome } from "./check";

const golden = path.join(__dirname, "..", "golden");

/** What stands in a folder of tests/golden, by its stacks; undefined while there is no such folder. */
export function goldenFiles<T>(...under: string[]): Record<string, { file: string; content: T }[]> | undefined {
  const root = path.join(golden, ...under);
  if (!fs.existsSync(root)) return undefined;
  const stacks = fs
    .readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "requests")
    .map(({ name }) => name)
    .sort();
  return Object.fromEntries(
    stacks.map((stack) => [
      stack,
      fs
        .readdirSync(path.join(root, stack))
        .filter((file) => file.endsWith(".json"))
        .sort()
        .map((file) => ({ file, content: JSON.parse(fs.readFileSync(path.join(root, stack, file), "utf8")) as T })),
    ]),
  );
}

/** Findings as lines, each with its path first. */
export const linesOf = (findings: Finding[]): string[] =>
  findings.map(({ path: where, reason }) => `${where} ${reason}`);

/**
 * A document that cannot be read fails the one test that asked; thrown while tests are declared, it would take all
 * others along.
 */
export function outcomeOf<T extends Outcome>(held: () => T): T | Outcome {
  try {
    return held();
  } catch (error) {
    return { held: 0, findings: [{ path: "", reason: error instanceof Error ? error.message : String(error) }] };
  }
}
