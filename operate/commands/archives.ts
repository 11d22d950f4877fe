import { archiveOf, listArchives } from "../archives/job";
import { describeList } from "../archives/list";
import { main, say } from "../../lib/progress";
import { deployment } from "../status/deployment";

/** `make archives`: what there is. */
main(async () => {
  const { target, namespace } = await deployment();
  say(describeList(await listArchives(await archiveOf(target, namespace)), Date.now()));
});
