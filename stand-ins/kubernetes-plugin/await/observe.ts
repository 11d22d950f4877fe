import type { ApiServer } from "../api-server";
import { messageOf } from "../errors";
import { nameOf, namespaceOf } from "../kinds";
import { fieldsAt, textAt, type Fields } from "../values";
import { judgePod, podProblems } from "./pod";
import { endpointsOf, judgeService, settleMilliseconds, waitsForPods } from "./service";
import { judgeClaim, judgeSecret, judgeVolume } from "./storage";
import { condition, isOwnedBy, ready, waiting, type Verdict } from "./verdict";
import {
  hasEntries,
  judgeDaemonSet,
  judgeDeployment,
  judgeJob,
  judgeStatefulSet,
  selectorQuery,
  templateLabels,
} from "./workloads";

/** What a wait remembers from one look to the next: since when a Service's endpoints have been the same. */
export interface Memory {
  endpoints: string;
  since: number;
}

export type Observe = (cluster: ApiServer, object: Fields, memory: Memory) => Promise<Verdict>;

const pods = { apiVersion: "v1", kind: "Pod" };
const immediate =
  (judge: (object: Fields) => Verdict): Observe =>
  (_cluster, object) =>
    Promise.resolve(judge(object));

async function ofDeployment(cluster: ApiServer, deployment: Fields): Promise<Verdict> {
  const sets = await cluster.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, namespaceOf(deployment), {
    labelSelector: selectorQuery(fieldsAt(deployment, "spec", "selector", "matchLabels")),
  });
  return judgeDeployment(
    deployment,
    sets.filter((set) => isOwnedBy(set, deployment)),
  );
}

async function ofService(cluster: ApiServer, service: Fields, memory: Memory): Promise<Verdict> {
  if (!waitsForPods(service))
    return judgeService({ service, endpoints: { ready: [], pending: [] }, pods: [], quietMilliseconds: 0 });
  const namespace = namespaceOf(service);
  const [slices, selected] = await Promise.all([
    cluster.list({ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" }, namespace, {
      labelSelector: `kubernetes.io/service-name=${nameOf(service)}`,
    }),
    cluster.list(pods, namespace, { labelSelector: selectorQuery(fieldsAt(service, "spec", "selector")) }),
  ]);
  const endpoints = endpointsOf(slices);
  const seen = JSON.stringify(endpoints);
  if (seen !== memory.endpoints) Object.assign(memory, { endpoints: seen, since: Date.now() });
  const alive = selected.filter(
    (pod) =>
      textAt(pod, "metadata", "deletionTimestamp") === "" &&
      !["Succeeded", "Failed"].includes(textAt(pod, "status", "phase")),
  );
  return judgeService({ service, endpoints, pods: alive.map(nameOf), quietMilliseconds: Date.now() - memory.since });
}

async function ofClaim(cluster: ApiServer, claim: Fields): Promise<Verdict> {
  const name = textAt(claim, "spec", "storageClassName");
  const storageClass =
    name && textAt(claim, "status", "phase") !== "Bound"
      ? await cluster.get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass" }, "", name).catch(() => ({}))
      : {};
  return judgeClaim(claim, textAt(storageClass, "volumeBindingMode"));
}

const ofIngress = immediate((ingress) =>
  hasEntries(ingress, "status", "loadBalancer", "ingress")
    ? ready
    : waiting("[2/3] Waiting for update of .status.loadBalancer with hostname/IP", [
        "Ingress .status.loadBalancer field was not updated with a hostname/IP address",
      ]),
);

/** The kinds that are more than an entry in the server's books; all others are ready once they are stored. */
const kinds: Record<string, Observe> = {
  "apps/v1/StatefulSet": immediate(judgeStatefulSet),
  "apps/v1/Deployment": ofDeployment,
  "apps/v1/DaemonSet": immediate(judgeDaemonSet),
  "batch/v1/Job": immediate(judgeJob),
  "v1/Pod": immediate(judgePod),
  "v1/Service": ofService,
  "v1/PersistentVolumeClaim": ofClaim,
  "v1/PersistentVolume": immediate(judgeVolume),
  "v1/Secret": immediate(judgeSecret),
  "networking.k8s.io/v1/Ingress": ofIngress,
};

/** What a refresh does not ask: a claim or a volume between two phases is no failure of the resource. */
const notOnRefresh = new Set(["v1/PersistentVolumeClaim", "v1/PersistentVolume", "v1/Secret"]);

const tokenOf = (object: Fields): string => `${textAt(object, "apiVersion")}/${textAt(object, "kind")}`;
export const observerOf = (object: Fields): Observe | undefined => kinds[tokenOf(object)];

/** One look, for a refresh. */
export async function probe(cluster: ApiServer, object: Fields): Promise<Verdict> {
  const observe = notOnRefresh.has(tokenOf(object)) ? undefined : observerOf(object);
  if (!observe) return ready;
  const verdict = await observe(cluster, object, {
    endpoints: JSON.stringify({ ready: [], pending: [] }),
    since: Date.now() - settleMilliseconds,
  });
  return withPods(cluster, object, verdict);
}

/**
 * Adds what the pods below a workload complain of, with their last warning events: the reason is there, not in the
 * workload.
 */
export async function withPods(cluster: ApiServer, object: Fields, verdict: Verdict): Promise<Verdict> {
  const labels = templateLabels(object);
  if (verdict.ready || (Object.keys(labels).length === 0 && object.kind !== "Pod")) return verdict;
  try {
    const below =
      object.kind === "Pod"
        ? [object]
        : await cluster.list(pods, namespaceOf(object), { labelSelector: selectorQuery(labels) });
    const unready = below.filter(
      (pod) => condition(pod, "Ready")?.status !== "True" && textAt(pod, "status", "phase") !== "Succeeded",
    );
    const events = await Promise.all([...unready.slice(0, 5), object].map((owner) => warnings(cluster, owner)));
    return {
      ...verdict,
      problems: [...new Set([...verdict.problems, ...unready.flatMap(podProblems), ...events.flat()])],
    };
  } catch (error) {
    return { ...verdict, problems: [...verdict.problems, `(its pods could not be asked: ${messageOf(error)})`] };
  }
}

async function warnings(cluster: ApiServer, object: Fields): Promise<string[]> {
  const found = await cluster.list({ apiVersion: "v1", kind: "Event" }, namespaceOf(object), {
    fieldSelector: `involvedObject.uid=${textAt(object, "metadata", "uid")},type=Warning`,
  });
  return found
    .map((event) => ({
      when: textAt(event, "lastTimestamp") || textAt(event, "eventTime"),
      text: `[${textAt(event, "reason")}] ${textAt(event, "message")}`,
    }))
    .sort((a, b) => a.when.localeCompare(b.when))
    .slice(-3)
    .map(({ text }) => `[${textAt(object, "kind") || "Pod"} ${nameOf(object)}]: ${text}`);
}
