import { nameOf } from "../engine/target";
import { main, say } from "../../lib/progress";
import { instances, look } from "../status/collect";
import { deployment } from "../status/deployment";
import { report } from "../status/report";
import { problems } from "../status/verdict";

main(async () => {
  const { target, namespace } = await deployment();
  const found = await instances(target, namespace).catch((error: unknown) => {
    const detail = error instanceof Error ? (error.message.trim().split("\n").pop() ?? "") : String(error);
    throw new Error(
      `${detail}\n\nNOT healthy: the Kubernetes API of ${nameOf(target)} does not answer, so nothing can be said about Redis. ${target.context ? "Is that cluster running?" : "make up starts the embedded cluster again."}`,
    );
  });
  if (found.length === 0)
    throw new Error(
      `NOT healthy: there is no Redis in the namespace ${namespace} of ${nameOf(target)}. make up deploys it.`,
    );
  // Asked one after the other, but printed with the verdict last: it is what a person looks at first.
  const sections: string[] = [];
  for (const instance of found) {
    const sight = await look(target, namespace, instance);
    sections.push(`${instance.name} in the namespace ${namespace} of ${nameOf(target)}\n\n${report(sight, namespace)}`);
    // What watches over it reads the exit code.
    if (problems(sight).length > 0) process.exitCode = 1;
  }
  say(sections.join("\n\n"));
});
