import { timeOf } from "../../components/redis/rules/restore-choice";
import { archiveOf, listArchives } from "../archives/job";
import { bytes } from "../status/report";
import { runJob } from "../archives/run-job";
import { configFile } from "../engine/salt";
import { elapsed, main, say, step } from "../../lib/progress";
import { comparingJob, drillOf } from "../restore/compare";
import { archiveSource, chooseArchive, newStack } from "../restore/plan";
import { deployBeside } from "../restore/stack";
import { age } from "../status/archive";
import { deployment } from "../status/deployment";

/** `make restore FROM=latest`: an archive into a new stack, beside the one that it is of, which stays as it is. */
main(async () => {
  const old = await deployment();
  const place = await archiveOf(old.target, old.namespace);
  const archive = chooseArchive(
    await step("What archives there are", () => listArchives(place)),
    process.env.FROM,
    Date.now(),
  );
  const source = archiveSource(place.cronJob);
  const planned = newStack(old.target.stack, process.env.INTO || "restored", archive.name, source);
  say(
    `\n${archive.name}, ${age(Date.now() - timeOf(archive.name))} old: ${archive.keys} keys, ${bytes(archive.size)}, of ${archive.source}\n  from   ${source.root}\n  into   the stack ${planned.stack}, namespace ${planned.namespace}; ${old.target.stack} stays as it is\n`,
  );

  const { target, namespace, host } = await deployBeside(old.target, planned);
  const drill = await drillOf(target, namespace);
  const { succeeded, lastLine } = await step("Held against the archive", () =>
    runJob(drill, comparingJob(drill, { archive: archive.name, root: source.root, host })),
  );
  say(`\n${lastLine}`);
  if (!succeeded)
    throw new Error(`The stack ${planned.stack} does not hold what the archive holds: look before you use it.`);
  say(`
Next:
  ${target.deployedByUser ? "" : ". operate/env; "}STACK=${planned.stack} make status
  lead the clients to ${host}: what ${old.target.stack} took since the archive is not there, and no later write will be
  take redis-gke:restore out of ${configFile(planned.stack)}; left in it is harmless

Done in ${elapsed()}.`);
});
