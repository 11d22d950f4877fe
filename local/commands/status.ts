import { nameOf } from "../engine/target";
import { main, say } from "../lib/progress";
import { instances, look } from "../status/collect";
import { deployment } from "../status/deployment";
import { report } from "../status/report";

main(async () => {
  const { target, namespace } = await deployment();
  const found = await instances(target, namespace).catch((error: unknown) => {
    throw new Error(`NOT healthy: the Kubernetes API of ${nameOf(target)} does not answer, so nothing can be said about Redis. ${target.context ? "Is that cluster running?" : "make up starts the embedded cluster again."}\n${error instanceof Error ? error.message : String(error)}`);
  });
  if (found.length === 0) throw new Error(`NOT healthy: there is no Redis in the namespace ${namespace} of ${nameOf(target)}. make up deploys it.`);
  for (const instance of found) {
    say(`${instance.name} in the namespace ${namespace} of ${nameOf(target)}\n`);
    say(`${report(await look(target, namespace, instance), namespace)}\n`);
  }
});
