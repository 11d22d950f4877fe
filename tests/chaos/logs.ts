import { kubectl } from "../support/cluster";
import type { ChaosStack } from "./deployment";

/** What Kubernetes says of the pods of a deployment, and what they said; `options` are those of `kubectl logs`. */
export async function logsOf({ namespace }: ChaosStack, ...options: string[]): Promise<string> {
  const questions = [
    ["get", "pods", "-o", "wide"],
    ["get", "events", "--sort-by=.lastTimestamp"],
    [
      "logs",
      "-l",
      "app.kubernetes.io/instance=redis",
      "--all-containers",
      "--prefix",
      "--max-log-requests=40",
      ...options,
    ],
  ];
  return (await Promise.all(questions.map((args) => kubectl(...args, "-n", namespace).catch(String)))).join("\n\n");
}
