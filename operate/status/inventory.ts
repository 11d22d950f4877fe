import type { V1CronJob, V1Deployment, V1Pod, V1Service, V1StatefulSet } from "@kubernetes/client-node";
import { jobFacts, type JobFacts } from "./archive";
import { kernelGateContainer, label, mainContainer, type Role } from "../../components/redis/contract";

/** A role whose pods run for ever. */
export type PodRole = keyof typeof mainContainer;

/** One pod, as Kubernetes sees it. */
export interface PodFacts {
  name: string;
  role: PodRole;
  node: string;
  ready: boolean;
  restarts: number;
  /** Why it does not run, in Kubernetes' own word: Pending, CrashLoopBackOff, OOMKilled ... */
  trouble?: string;
  /** What its container said as it ended: that its data files are damaged, and what can be done. */
  lastWords?: string;
  /** Its init container holds it back until its node's kernel is right, and has said why (kernel.enforce). */
  waitsForKernel: boolean;
}

/** One Redis component: its pods, how many there should be, and which pod an announced address belongs to. */
export interface Instance {
  name: string;
  pods: PodFacts[];
  wanted: Record<PodRole, number>;
  podAt: Map<string, string>;
  /** Undefined where nothing is archived. */
  archive?: JobFacts;
  drill?: JobFacts;
}

type Item = V1Pod | V1Service | V1StatefulSet | V1Deployment | V1CronJob;

const labelOf = (item: Item, of: keyof typeof label) => item.metadata?.labels?.[label[of]];

/** From `kubectl get pods,services,statefulsets,deployments,cronjobs -o json`. */
export function inventory(items: readonly Item[]): Instance[] {
  const of = <T extends Item>(instance: string, kind: string) =>
    items.filter((item): item is T => item.kind === kind && labelOf(item, "instance") === instance);
  const names = [
    ...new Set(items.map((item) => labelOf(item, "instance")).filter((name) => name !== undefined)),
  ].sort();
  return names.map((name) => {
    const pods = of<V1Pod>(name, "Pod");
    const workloads = [...of<V1StatefulSet>(name, "StatefulSet"), ...of<V1Deployment>(name, "Deployment")];
    const wanted = (role: PodRole) =>
      workloads
        .filter((workload) => labelOf(workload, "role") === role)
        .reduce((sum, workload) => sum + (workload.spec?.replicas ?? 1), 0);
    const jobs = (role: Role) =>
      of<V1CronJob>(name, "CronJob")
        .filter((job) => labelOf(job, "role") === role)
        .map(jobFacts)[0];
    return {
      name,
      archive: jobs("archive"),
      drill: jobs("drill"),
      pods: pods.map(podFacts).sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })),
      wanted: { redis: wanted("redis"), sentinel: wanted("sentinel"), endpoint: wanted("endpoint") },
      podAt: addresses(of<V1Service>(name, "Service"), pods),
    };
  });
}

/**
 * What Redis announces is the ClusterIP of a pod's own Service; the pod's IP is known too, for one that announces that.
 */
function addresses(services: V1Service[], pods: V1Pod[]): Map<string, string> {
  const entries = [
    ...pods.map((pod) => [pod.status?.podIP, pod.metadata?.name]),
    ...services.map((service) => [
      service.spec?.clusterIP,
      service.spec?.selector?.["statefulset.kubernetes.io/pod-name"],
    ]),
  ];
  return new Map(entries.filter((entry): entry is [string, string] => Boolean(entry[0] && entry[1])));
}

function podFacts(pod: V1Pod): PodFacts {
  const containers = pod.status?.containerStatuses ?? [];
  return {
    name: pod.metadata?.name ?? "",
    role: (labelOf(pod, "role") ?? "redis") as PodRole,
    node: pod.spec?.nodeName ?? "-",
    ready: containers.length > 0 && containers.every((container) => container.ready),
    restarts: containers.reduce((sum, container) => sum + container.restartCount, 0),
    trouble: trouble(pod),
    lastWords: containers
      .map(({ state, lastState }) => (state?.terminated ?? lastState?.terminated)?.message?.trim())
      .find(Boolean),
    waitsForKernel: (pod.status?.initContainerStatuses ?? []).some(
      ({ name, state }) => name === kernelGateContainer && state?.running,
    ),
  };
}

function trouble(pod: V1Pod): string | undefined {
  if (pod.metadata?.deletionTimestamp) return "Terminating";
  const waiting = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].flatMap(
    ({ state, lastState }) =>
      state?.waiting || state?.terminated?.exitCode
        ? [
            [state.waiting?.reason ?? state.terminated?.reason, lastState?.terminated?.reason]
              .filter(Boolean)
              .join(" after "),
          ]
        : [],
  );
  if (waiting[0]) return waiting[0];
  if (pod.status?.phase === "Running") return undefined;
  const unscheduled = pod.status?.conditions?.find(
    (condition) => condition.type === "PodScheduled" && condition.status === "False",
  );
  return unscheduled
    ? `${pod.status?.phase}: ${unscheduled.message ?? unscheduled.reason ?? "not scheduled"}`
    : pod.status?.phase;
}
