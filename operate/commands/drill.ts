import { nameOf } from "../engine/target";
import { runJob, scheduledJob } from "../archives/run-job";
import { main, say, step } from "../../lib/progress";
import { drillOf } from "../restore/compare";
import { deployment } from "../status/deployment";

/** `make drill`: the restore drill, now. */
main(async () => {
  const { target, namespace } = await deployment();
  const place = await drillOf(target, namespace);
  const { succeeded, lastLine } = await step(
    `The latest archive of ${namespace} on ${nameOf(target)}, restored for trial`,
    () => runJob(place, scheduledJob(place)),
  );
  say(lastLine);
  if (!succeeded) process.exitCode = 1;
});
