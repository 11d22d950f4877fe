import { kubectl } from "../support/cluster";
import type { Deployment } from "./deployment";

/** What the pods of a deployment said, after what Kubernetes says of them: for a run that went wrong. */
export async function logsOf({ namespace }: Deployment, ...options: string[]): Promise<string> {
  const asked = [
    ["get", "pods", "-o", "wide"],
    ["get", "events", "--sort-by=.lastTimestamp"],
    ["logs", "-l", "app.kubernetes.io/instance=redis", "--all-containers", "--prefix", "--max-log-requests=40", ...options],
  ];
  return (await Promise.all(asked.map((args) => kubectl(...args, "-n", namespace).catch(String)))).join("\n\n");
}
