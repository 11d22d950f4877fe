import * as fs from "node:fs";
import * as path from "node:path";
import { state } from "../../lib/paths";
import { run } from "../../lib/run";
import { kubectl } from "./kubectl";
import type { Target } from "./target";

/**
 * The user's own KUBECONFIG, also in a shell that has sourced `operate/env`; undefined leaves kubectl its default
 * place.
 */
function usersKubeconfig(): string | undefined {
  const now = process.env.KUBECONFIG;
  return (now?.startsWith(`${state}${path.sep}`) ? process.env.REDIS_GKE_USER_KUBECONFIG : now) || undefined;
}

/**
 * Writes a kubeconfig that holds the chosen context alone, so that neither a `kubectl config use-context` elsewhere nor
 * a shell's KUBECONFIG can send the stack to another cluster. Fails, with nothing touched, on an unknown or unreachable
 * context.
 */
export async function adoptContext(target: Target & { context: string }, kubectlPath: string): Promise<void> {
  const config = usersKubeconfig();
  const env = { KUBECONFIG: config };
  const where = config ?? "~/.kube/config";
  const known = (await run(kubectlPath, ["config", "get-contexts", "-o", "name"], { env })).split("\n").filter(Boolean);
  if (!known.includes(target.context)) {
    throw new Error(
      `There is no context "${target.context}" in ${where}. ${known.length ? `Known contexts: ${known.join(", ")}.` : "It holds no context at all."}\nWithout CONTEXT, make up starts the embedded cluster.`,
    );
  }
  const flat = await run(
    kubectlPath,
    ["config", "view", "--raw", "--minify", "--flatten", "--context", target.context, "-o", "json"],
    { env },
  );
  // Beside it until it answers: a copy that worked is not replaced by one that does not.
  const fresh = { ...target, kubeconfig: `${target.kubeconfig}.new` };
  fs.mkdirSync(state, { recursive: true });
  fs.writeFileSync(fresh.kubeconfig, flat, { mode: 0o600 });
  try {
    await kubectl(fresh, ["get", "--raw", "/version", "--request-timeout=8s"], 20);
    fs.renameSync(fresh.kubeconfig, target.kubeconfig);
  } catch (error) {
    fs.rmSync(fresh.kubeconfig, { force: true });
    const detail = error instanceof Error ? (error.message.trim().split("\n").slice(1).pop() ?? "") : "";
    throw new Error(
      `The context ${target.context} (server ${serverIn(flat)}) does not answer: ${detail || "no reply within 20 s"}\nIs the cluster running? Other contexts in ${where}: ${known.filter((name) => name !== target.context).join(", ") || "none"}. Nothing was changed.`,
    );
  }
}

function serverIn(flattened: string): string {
  const view = JSON.parse(flattened) as { clusters?: { cluster?: { server?: string } }[] };
  return view.clusters?.[0]?.cluster?.server ?? "unknown";
}
