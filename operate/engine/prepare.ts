import { kubectl as builtKubectl, willBuildKubernetes } from "../../lib/kubernetes";
import { say } from "../../lib/progress";
import { ensureCluster, whyNotHere } from "../../stand-ins/cluster";
import { together } from "../../lib/together";
import { which } from "../../lib/run";
import { buildProvider } from "../../stand-ins/kubernetes-plugin";
import { stackState } from "./backend";
import { ensureCli } from "./cli";
import { adoptContext } from "./context";
import { refuseMove } from "./environment";
import { ensureKubectl } from "./kubectl";
import { ensurePlugin } from "./plugin";
import { teachGit } from "./salt";
import { ensureSecrets } from "./secrets";
import { ensureStack } from "./stack";
import type { Target } from "./target";

/**
 * Everything up to the point where `pulumi up` can run against the target; what is there already costs next to nothing.
 */
export async function prepare(target: Target): Promise<void> {
  await (target.context ? reachContext({ ...target, context: target.context }) : refuseWhereImpossible());
  if (!target.context && (await willBuildKubernetes())) say(beforeTheFirstBuild);
  await teachGit();
  await ensureSecrets();
  await together([ensureEngine(target), ...(target.context ? [] : [startCluster()])]);
}

/** Said before the build begins, for somebody who has a cluster and would rather not wait. */
const beforeTheFirstBuild = `  --  The first time this builds Kubernetes from source, 10 to 25 minutes on two cores; after that it takes half a minute.
      With a cluster that is there already (kind, minikube, any context of your kubeconfig) there is nothing to wait
      for: stop this, and type CONTEXT=<context> make up`;

/** Pulumi, its plugin and the stack: none of it needs the cluster, so it is done while that starts. */
async function ensureEngine(target: Target): Promise<void> {
  const pulumi = await ensureCli();
  await together([ensurePlugin(pulumi, buildProvider), ensureStack(target)]);
}

async function startCluster(): Promise<void> {
  await ensureCluster();
  // Not beside it: the build that brings the cluster's programs brings kubectl too.
  await ensureKubectl(builtKubectl);
}

function refuseWhereImpossible(): void {
  const reason = whyNotHere();
  if (reason) throw new Error(reason);
}

async function reachContext(target: Target & { context: string }): Promise<void> {
  refuseMove(target, stackState(target.stack).exists);
  const kubectl = await ensureKubectl(() => {
    if (which("go")) return builtKubectl();
    throw new Error(
      "kubectl is needed to reach a kubeconfig context, and there is neither one on the PATH nor Go to build it with: https://kubernetes.io/docs/tasks/tools/",
    );
  });
  await adoptContext(target, kubectl);
}
