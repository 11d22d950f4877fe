import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { crashLoss } from "../bench/durability/crash-loss";
import { forkAtFullMemory, type Memory } from "../bench/durability/memory";
import { report, type Durability } from "../bench/durability/report";
import { restarts } from "../bench/durability/restart";
import { pickedParts } from "./parts";
import { checkout } from "../../lib/paths";
import { elapsed, main, say } from "../../lib/progress";

/** The parts that are tests, which take their long form. */
const tests: Record<string, string[]> = {
  damage: ["damage", "damage-sentinel", "full-disk"],
  archives: ["archive-retention", "archive-object-store", "restore", "restore-sentinel", "restore-older"],
};
const parts = [...Object.keys(tests), "crashes", "restarts", "memory"];

/**
 * `make durability`: the long forms of what `make test` does in short. RUNS crashes of each kind; PART=crashes,memory
 * picks.
 */
main(async () => {
  if (process.getuid?.() !== 0)
    throw new Error("make durability mounts disks and makes cgroups of its own: run it as root.");
  const runs = Number(process.env.RUNS || 20);
  const asked = pickedParts(parts) ?? parts;
  const build = path.join(checkout, "build");
  const file = path.join(build, "durability.json");
  fs.mkdirSync(build, { recursive: true });
  for (const part of asked.filter((each) => each in tests)) runLong(part);
  // What is not asked for stays as it was measured last, by whichever run.
  const last = (): Durability => ({
    crashes: [],
    restarts: [],
    memory: [],
    ...(fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Partial<Durability>) : {}),
  });
  const keep = (measured: Partial<Durability>) => {
    fs.writeFileSync(file, `${JSON.stringify({ ...last(), ...measured }, null, 2)}\n`);
  };
  if (asked.includes("crashes")) keep({ crashes: await crashLoss(runs, say) });
  if (asked.includes("restarts")) keep({ restarts: await restarts(Math.min(runs, 5), say) });
  if (asked.includes("memory")) keep({ memory: await memory() });
  const found = last();
  fs.writeFileSync(path.join(build, "durability.md"), `${report(found)}\n`);
  say(`\n${report(found)}\n\nin ${elapsed()}; also in build/durability.md and build/durability.json`);
  const broken = brokenPromises(found);
  if (broken.length > 0) throw new Error(broken.join("\n"));
});

/** Fifty cuts and fifty flips, each hour and day of the retention, twenty restores that are killed at any moment. */
function runLong(part: string): void {
  const files = tests[part]!.map((name) => `tests/scripts/${name}.test.ts`);
  const { status } = spawnSync(process.execPath, [path.join(checkout, "node_modules", ".bin", "mocha"), ...files], {
    cwd: checkout,
    stdio: "inherit",
    env: { ...process.env, DURABILITY: "long" },
  });
  if (status !== 0) throw new Error(`The tests of ${part} failed, see above.`);
}

async function memory(): Promise<Memory[]> {
  const rows: Memory[] = [];
  for (const limit of ["64Mi", "256Mi", "1Gi"]) {
    const row = await forkAtFullMemory(limit, 40);
    rows.push(row);
    say(`  ok  ${row.forks} forks at full memory, limit ${limit}: ${row.killed ? "KILLED" : "not killed"}`);
  }
  return rows;
}

/** What README promises, and was measured otherwise. */
function brokenPromises({ crashes, memory: rows }: Durability): string[] {
  const lostMore = (fsync: string, milliseconds: number) =>
    crashes.filter(
      (row) =>
        row.fsync === fsync && row.runs.some(({ lost, oldestLostMs }) => lost > 0 && oldestLostMs > milliseconds),
    );
  return [
    ...lostMore("always", -1).map(({ crash }) => `fsync always lost writes in a ${crash}.`),
    // A sync begins each second and takes its time; what is acknowledged meanwhile waits for the next one.
    ...lostMore("everysec", 2000).map(
      ({ crash }) => `fsync everysec lost writes older than two seconds in a ${crash}.`,
    ),
    ...rows.filter(({ killed }) => killed).map(({ limit }) => `Redis was killed for memory at a limit of ${limit}.`),
  ];
}
