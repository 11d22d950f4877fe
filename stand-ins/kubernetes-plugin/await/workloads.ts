import { asText, at, fieldsAt, isFields, listAt, numberAt, textAt, type Fields } from "../values";
import { condition, failed, isObserved, isTrue, ready, waiting, type Verdict } from "./verdict";

export function judgeStatefulSet(set: Fields): Verdict {
  if (!isObserved(set))
    return waiting("[1/3] Waiting for the StatefulSet controller to see the change", [
      "StatefulSet controller has not seen the latest spec",
    ]);
  const wanted = numberAt(set, "spec", "replicas");
  const count = (field: string) => numberAt(set, "status", field);
  const [current, target] = [textAt(set, "status", "currentRevision"), textAt(set, "status", "updateRevision")];
  const byHand =
    textAt(set, "spec", "updateStrategy", "type") === "OnDelete" && numberAt(set, "metadata", "generation") > 1;
  const rolledOut = byHand || (current !== "" && current === target);
  const replicasReady = [
    count("replicas"),
    count("readyReplicas"),
    ...(byHand ? [] : [count("currentReplicas")]),
  ].every((found) => found === wanted);
  if (rolledOut && replicasReady) return ready;
  // Pods of the old revision are ready too; they must not pass for progress of the new one.
  const done = rolledOut ? count("readyReplicas") : Math.min(count("readyReplicas"), count("updatedReplicas"));
  const problems = [
    ...(replicasReady ? [] : [`${done} out of ${wanted} replicas succeeded readiness checks`]),
    ...(rolledOut
      ? []
      : [`StatefulSet controller failed to advance from revision "${current}" to revision "${target}"`]),
  ];
  return waiting(
    replicasReady
      ? "[2/3] Waiting for StatefulSet to update .status.currentRevision"
      : `[1/3] ${done} of ${wanted} pods ready`,
    problems,
  );
}

const revision = "deployment.kubernetes.io/revision";

/** `replicaSets` are those of this deployment. */
export function judgeDeployment(deployment: Fields, replicaSets: Fields[]): Verdict {
  if (!isObserved(deployment))
    return waiting("[1/2] Waiting for the Deployment controller to see the change", [
      "Deployment controller has not seen the latest spec",
    ]);
  const generation = textAt(fieldsAt(deployment, "metadata", "annotations"), revision);
  const current = replicaSets.find(
    (set) => generation !== "" && textAt(fieldsAt(set, "metadata", "annotations"), revision) === generation,
  );
  const wanted = current ? numberAt(current, "spec", "replicas") : numberAt(deployment, "spec", "replicas");
  const done = current ? numberAt(current, "status", "readyReplicas") : 0;
  const isAvailable = isTrue(deployment, "Available");
  const progressing = condition(deployment, "Progressing");
  // A first revision has nothing to roll over from; later ones must have taken over.
  const tookOver =
    generation === "1" || (progressing?.status === "True" && progressing.reason === "NewReplicaSetAvailable");
  if (current && isAvailable && tookOver && done >= wanted) return ready;
  const unmet = ["Progressing", "Available"]
    .map((type) => condition(deployment, type))
    .filter(isFields)
    .filter((entry) => entry.status !== "True")
    .map((entry) => `[${textAt(entry, "reason")}] ${textAt(entry, "message")}`);
  return waiting(`[1/2] ${done} of ${wanted} pods available`, [
    ...unmet,
    !isAvailable
      ? "Minimum number of live Pods was not attained"
      : "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live",
  ]);
}

export function judgeDaemonSet(set: Fields): Verdict {
  if (!isObserved(set))
    return waiting("Waiting for the DaemonSet controller to see the change", [
      "DaemonSet controller has not seen the latest spec",
    ]);
  const wanted = numberAt(set, "status", "desiredNumberScheduled");
  const byHand = textAt(set, "spec", "updateStrategy", "type") === "OnDelete";
  const fields = [
    "currentNumberScheduled",
    ...(byHand ? [] : ["updatedNumberScheduled"]),
    "numberAvailable",
    "numberReady",
  ];
  const least = Math.min(...fields.map((field) => numberAt(set, "status", field)));
  if (least >= wanted) return ready;
  return waiting(`${least} of ${wanted} pods ready`, [
    `${least} out of ${wanted} pods are scheduled, updated and ready`,
  ]);
}

export function judgeJob(job: Fields): Verdict {
  const name = textAt(job, "metadata", "name");
  const failure = condition(job, "Failed");
  if (failure?.status === "True") return failed(`[${textAt(failure, "reason")}] ${textAt(failure, "message")}`);
  if (isTrue(job, "Complete")) return ready;
  if (at(job, "status", "startTime") === undefined) return waiting(`[1/2] Waiting for Job "${name}" to start`);
  const [active, done, lost] = ["active", "succeeded", "failed"].map((field) => numberAt(job, "status", field));
  return waiting(
    `[2/2] Waiting for Job "${name}" to succeed (Active: ${active ?? 0} | Succeeded: ${done ?? 0} | Failed: ${lost ?? 0})`,
  );
}

/** The pods' labels that a workload or a Service looks for, as a query. */
export const selectorQuery = (labels: Fields): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${asText(value)}`)
    .join(",");
export const templateLabels = (workload: Fields): Fields =>
  fieldsAt(workload, "spec", "template", "metadata", "labels");
export const hasEntries = (value: Fields, ...path: string[]): boolean => listAt(value, ...path).length > 0;
