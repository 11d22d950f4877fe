import { isFields, listAt, numberAt, textAt, type Fields } from "../values";
import { condition, failed, isTrue, ready, waiting, type Verdict } from "./verdict";

export function judgePod(pod: Fields): Verdict {
  const phase = textAt(pod, "status", "phase");
  if (phase === "Succeeded" || isTrue(pod, "Ready")) return ready;
  const problems = podProblems(pod);
  if (phase === "Failed" && textAt(pod, "spec", "restartPolicy") === "Never")
    return failed(
      ...(problems.length > 0
        ? problems
        : [`Pod ${textAt(pod, "metadata", "name")} failed: ${textAt(pod, "status", "reason")}`]),
    );
  if (!isTrue(pod, "PodScheduled")) return waiting("[1/3] Waiting for the Pod to be scheduled", problems);
  if (!isTrue(pod, "Initialized")) return waiting("[2/3] Waiting for the Pod to be initialized", problems);
  return waiting("[3/3] Waiting for the Pod to be ready", problems);
}

/** What keeps a pod from being ready, each with the pod's name: a whole StatefulSet's are shown together. */
export function podProblems(pod: Fields): string[] {
  if (isTrue(pod, "Ready") || textAt(pod, "status", "phase") === "Succeeded") return [];
  const name = textAt(pod, "metadata", "name");
  const containers = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")]
    .filter(isFields)
    .flatMap(containerProblems);
  const unmet = ["PodScheduled", "Initialized", "Ready"]
    .map((type) => condition(pod, type))
    .find((entry) => entry !== undefined && entry.status !== "True" && textAt(entry, "message") !== "");
  return [...(unmet ? [textAt(unmet, "message")] : []), ...containers].map((problem) => `[Pod ${name}]: ${problem}`);
}

function containerProblems(status: Fields): string[] {
  if (status.ready === true) return [];
  const name = textAt(status, "name");
  const problems: string[] = [];
  const reason = textAt(status, "state", "waiting", "reason");
  if (reason && reason !== "ContainerCreating" && reason !== "PodInitializing") {
    problems.push(`container "${name}": [${reason}] ${textAt(status, "state", "waiting", "message")}`.trimEnd());
  }
  for (const [state, verb] of [
    ["state", "completed"],
    ["lastState", "last ended"],
  ] as const) {
    const why = textAt(status, state, "terminated", "reason");
    if (!why || (state === "state" && why === "Completed")) continue;
    const message = textAt(status, state, "terminated", "message");
    problems.push(
      `container "${name}" ${verb} with exit code ${numberAt(status, state, "terminated", "exitCode")} (${why})${message ? `: ${message}` : ""}`,
    );
  }
  return problems;
}
