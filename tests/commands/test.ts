import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Run } from "../support/counts";
import { environment } from "../../operate/engine/environment";
import { prepare } from "../../operate/engine/prepare";
import { embedded } from "../../operate/engine/target";
import { checkout } from "../../lib/paths";
import { elapsed, main, say } from "../../lib/progress";
import { whyNotHere } from "../../stand-ins/cluster";

/** What a kind of test needs beside node_modules, and where its tests are if not in the folder of that name alone. */
const kinds: Record<string, { needsCluster: boolean; folders?: string[] }> = {
  unit: { needsCluster: false, folders: ["unit", "contract", "code"] },
  scripts: { needsCluster: false },
  e2e: { needsCluster: true },
  day2: { needsCluster: true },
  faults: { needsCluster: true, folders: ["chaos"] },
};

main(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((kind) => !(kind in kinds));
  if (asked.length === 0 || unknown.length > 0)
    throw new Error(`Usage: test.ts KIND..., of ${Object.keys(kinds).join(", ")}`);
  const total: Run = { passed: 0, failed: 0, failures: [] };
  for (const kind of asked) {
    say(`\n== ${kind} (${elapsed()})`);
    const { passed, failed, failures } = await (kinds[kind]!.needsCluster ? withCluster(kind) : mocha(kind));
    total.passed += passed;
    total.failed += failed;
    total.failures.push(...failures.map((failure) => `  ${kind}: ${failure}`));
  }
  const line = `${total.passed} passed, ${total.failed} failed`;
  // .ci/run has something to do after this, and repeats the line.
  if (process.env.REDIS_GKE_COUNTS) fs.writeFileSync(process.env.REDIS_GKE_COUNTS, `${line}\n`);
  // Once more at the end: of a long run often only the end is kept, and one that failed early must be in it.
  if (total.failures.length > 0) say(`\nfailed:\n${total.failures.join("\n")}`);
  say(`\n${asked.join(", ")} in ${elapsed()}\n${line}`);
  if (total.failed > 0) process.exitCode = 1;
});

/** Tests that cannot run say why; whether that is a failure is the reporter's to say. */
async function withCluster(kind: string): Promise<Run> {
  const reason = whyNotHere();
  if (reason) return mocha(kind, { REDIS_GKE_CANNOT_RUN: reason });
  try {
    await prepare(embedded);
  } catch (error) {
    say(
      `\nThe embedded cluster did not start, so no ${kind} test can run:\n${error instanceof Error ? error.message : String(error)}`,
    );
    return { passed: 0, failed: 1, failures: ["the embedded cluster did not start"] };
  }
  return mocha(kind, environment(embedded));
}

/**
 * ONLY=redis is the file redis.test.ts alone, GREP the tests whose names match it.
 *
 * Each kind in a process of its own: mocked stacks are mocked process-wide, and one that crashes takes only its own
 * kind along.
 */
async function mocha(kind: string, env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const counts = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-test-")), "counts.json");
  const { ONLY, GREP } = process.env;
  const args = [
    path.join(checkout, "node_modules", ".bin", "mocha"),
    ...(kinds[kind]!.folders ?? [kind]).map((folder) => `tests/${folder}/**/${ONLY || "*"}.test.ts`),
    ...(GREP ? ["--grep", GREP] : []),
    ...(env.REDIS_GKE_CANNOT_RUN ? ["--dry-run"] : []),
    ...(process.env.CI === "true" ? ["--forbid-only"] : []),
  ];
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(process.execPath, args, {
        cwd: checkout,
        stdio: "inherit",
        env: { ...process.env, ...env, REDIS_GKE_MOCHA_COUNTS: counts },
      });
      child.on("error", reject);
      child.on("close", resolve);
    });
    const found = fs.existsSync(counts)
      ? (JSON.parse(fs.readFileSync(counts, "utf8")) as Run)
      : { passed: 0, failed: 1, failures: ["the run ended before its tests did"] };
    if (GREP && code === 0 && found.passed + found.failed === 0)
      return { passed: 0, failed: 1, failures: [`no test has a name that matches ${GREP}`] };
    // A crash after the last test, or a file that did not load, must not hide behind a count of zero.
    return code !== 0 && found.failed === 0
      ? { ...found, failed: 1, failures: [`mocha ended with exit code ${code} after its tests`] }
      : found;
  } finally {
    fs.rmSync(path.dirname(counts), { recursive: true, force: true });
  }
}
