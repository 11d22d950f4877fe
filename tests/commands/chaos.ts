import { environment } from "../../operate/engine/environment";
import { prepare } from "../../operate/engine/prepare";
import { embedded } from "../../operate/engine/target";
import { elapsed, main, say } from "../../lib/progress";
import { faults } from "../chaos/faults";
import { numberOf } from "../chaos/fault";
import { interrupted, matrix, notMade } from "../chaos/matrix";
import { markdown, rowsOf } from "../chaos/report";

/** `make chaos`; FAULT=4, or FAULT=1,2,14b, picks some, a number with all its forms; RUNS repeats each. */
main(async () => {
  const runs = Number(process.env.RUNS || 1);
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`RUNS is how often each fault is made, a whole number from 1, not ${process.env.RUNS}.`);
  const asked = (process.env.FAULT ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter(Boolean);
  const unknown = asked.filter((id) => !faults.some((fault) => fault.id === id || String(numberOf(fault)) === id));
  if (unknown.length > 0)
    throw new Error(
      `There is no fault ${unknown.join(", ")}. The faults:\n${faults.map(({ id, name }) => `  ${id.padEnd(4)}${name}`).join("\n")}`,
    );
  const chosen = faults.filter(
    (fault) => asked.length === 0 || asked.includes(fault.id) || asked.includes(String(numberOf(fault))),
  );
  await prepare(embedded);
  Object.assign(process.env, environment(embedded));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      say(`\n${signal}: putting back what was broken`);
      void interrupted().finally(() => process.exit(130));
    });
  }
  const results = await matrix(chosen, runs, process.env.BRIEF === "1");
  say(
    `\n${markdown(rowsOf(results))}\nin ${elapsed()}; the table is in build/chaos.md and build/chaos.json, a picture of each fault in build/chaos-<fault>.svg`,
  );
  if (notMade.length > 0) say(`\nNot made:\n${notMade.join("\n")}`);
  process.exit(notMade.length > 0 ? 1 : 0);
});
