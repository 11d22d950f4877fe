import * as fs from "node:fs";
import * as path from "node:path";
import { bin } from "../../lib/paths";
import { run, which } from "../../lib/run";
import { link, pathWithoutOurs } from "./links";
import type { Target } from "./target";

/** Makes `.state/bin/kubectl`: the one on the PATH, else what `built` gives. */
export async function ensureKubectl(built: () => Promise<string>): Promise<string> {
  const found = which("kubectl", pathWithoutOurs()) ?? (await built());
  link("kubectl", found);
  return found;
}

/** Runs kubectl against the target; bounded, because a machine that is gone does not even refuse a connection. */
export function kubectl(target: Target, args: readonly string[], timeoutSeconds = 10, input?: string): Promise<string> {
  const ours = path.join(bin, "kubectl");
  const command = fs.existsSync(ours) ? ours : "kubectl";
  return run(command, [`--kubeconfig=${target.kubeconfig}`, ...args], { timeoutSeconds, input });
}

/**
 * Tells one cluster from another at the same address: a cluster made anew holds nothing of what the state remembers.
 */
export const clusterId = (target: Target): Promise<string | undefined> =>
  kubectl(target, ["get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"]).catch(() => undefined);

export const answers = (target: Target): Promise<boolean> =>
  kubectl(target, ["get", "--raw", "/version"]).then(
    () => true,
    () => false,
  );
