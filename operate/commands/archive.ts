import { archiveOf } from "../archives/job";
import { runJob, scheduledJob } from "../archives/run-job";
import { main, say } from "../../lib/progress";
import { deployment } from "../status/deployment";

/** `make archive`: one now, besides the schedule's. */
main(async () => {
  const { target, namespace } = await deployment();
  const place = await archiveOf(target, namespace);
  const { succeeded, log } = await runJob(place, scheduledJob(place));
  say(log.trim());
  if (!succeeded) throw new Error("No archive was taken: the last line says why.");
});
