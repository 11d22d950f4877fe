import * as fs from "node:fs";
import * as path from "node:path";
import { owner } from "../../stand-ins/cluster";
import { stackState } from "../engine/backend";
import { takeDown } from "../engine/takedown";
import { currentTarget, embedded, homeOfMinikube, targetOf } from "../engine/target";
import { cache, checkout, state } from "../../lib/paths";
import { main, say } from "../../lib/progress";
import { run } from "../../lib/run";

main(async () => {
  // The state goes too, so every stack in it has to go first, wherever it lives.
  const elsewhere = targetOf(homeOfMinikube() ?? currentTarget().context);
  if (elsewhere.context && stackState(elsewhere.stack).exists) await takeDown(elsewhere);
  await takeDown(embedded);
  for (const dir of [state, path.join(checkout, "build"), cache]) await remove(dir);
});

async function remove(dir: string): Promise<void> {
  if (!fs.existsSync(dir)) return;
  const holder = dir === cache ? owner() : undefined;
  if (holder?.alive) return say(`  --  ${dir} is kept: the cluster of ${holder.checkout} runs on what is in it.`);
  const megabytes = (await run("du", ["-sm", dir])).split("\t")[0];
  fs.rmSync(dir, { recursive: true, force: true });
  say(`  ok  removed ${dir} (${megabytes} MB)`);
}
