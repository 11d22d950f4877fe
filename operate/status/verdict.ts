import { age, archiveTrouble, drillTrouble } from "./archive";
import type { PodRole } from "./inventory";
import { kernelGateContainer, label, mainContainer, type Role } from "../../components/redis/contract";
import type { RedisView, SentinelView } from "./replies";
import type { Answer, Sight } from "./collect";

/** A replica that has heard nothing of its master for longer is not following it, whatever its link says. */
const silenceSeconds = 15;

/** What is wrong, the worst first; empty if nothing is. */
export function problems(sight: Sight): string[] {
  if (isStopped(sight))
    return [
      "stopped: nothing is to run. If nobody wants it so any more, take redis-gke:stopped out of the stack's file, and pulumi up",
    ];
  return [
    ...mastership(sight),
    ...unreachable(sight),
    ...missing(sight),
    ...replication(sight),
    ...capacity(sight),
    ...archived(sight),
    ...drilled(sight),
  ];
}

/** One line: healthy with the numbers that prove it, or what is wrong and where to look. */
export function verdict(sight: Sight, namespace: string): string {
  const found = problems(sight);
  if (found.length === 0) return [`healthy: ${summary(sight)}`, ...warnings(sight)].join("; WARNING: ");
  return `NOT healthy: ${found.join("; ")}. Look at: ${whereToLook(sight, namespace)}`;
}

/** From here on a volume is a reason to act, and from here on it is a fault. */
const diskFilling = 80;
const diskFull = 90;

const filling = ({ redis }: Sight, from: number, below: number) =>
  redis.flatMap(({ pod, view }) =>
    view?.disk && view.disk.percent >= from && view.disk.percent < below
      ? [`the disk of ${pod.name} is ${view.disk.percent} % full: raise persistence.size`]
      : [],
  );

/** What is well still, and will not stay so. */
export const warnings = (sight: Sight): string[] => filling(sight, diskFilling, diskFull);

/** By `stopped` in the config, or by hand. */
const isStopped = ({ instance }: Sight) => instance.wanted.redis === 0;

const count = (number: number, thing: string) => `${number} ${thing}${number === 1 ? "" : "s"}`;
const masters = ({ redis }: Sight) => redis.filter(({ view }) => view?.role === "master");
const podNamed = (sight: Sight, view: SentinelView) => sight.instance.podAt.get(view.address) ?? view.address;

function summary(sight: Sight): string {
  const { archive, drill } = sight.instance;
  const replicas = sight.redis.length - 1;
  const sentinels = sight.sentinels.length;
  return [
    "1 master",
    replicas > 0 && `${count(replicas, "replica")} in sync`,
    sentinels > 0 && `${sentinels} of ${sentinels} sentinels agree`,
    archive?.lastSuccess && `last archive ${age(Date.now() - archive.lastSuccess)} ago`,
    drill?.lastSuccess && `restored for trial ${age(Date.now() - drill.lastSuccess)} ago`,
  ]
    .filter(Boolean)
    .join(", ");
}

function archived({ instance: { archive } }: Sight): string[] {
  const reason = archive && archiveTrouble(archive, Date.now());
  return reason ? [reason] : [];
}

function drilled({ instance: { drill } }: Sight): string[] {
  const reason = drill && drillTrouble(drill, Date.now());
  return reason ? [reason] : [];
}

function mastership(sight: Sight): string[] {
  const found = masters(sight);
  const names = found.map(({ pod }) => pod.name);
  const voices = sight.sentinels.flatMap(({ view }) => (view ? [view] : []));
  const named = [...new Set(voices.map((view) => podNamed(sight, view)))];
  const majority = Math.floor(sight.instance.wanted.sentinel / 2) + 1;
  return [
    ...(found.length === 0
      ? [sight.redis.some(({ view }) => view) ? "no master: every Redis that answers is a replica" : "no Redis answers"]
      : []),
    ...(found.length > 1 ? [`${found.length} masters: ${names.join(" and ")}`] : []),
    ...(named.length > 1
      ? [
          `the sentinels disagree: ${voices
            .map((view) => podNamed(sight, view))
            .sort()
            .join(", ")}`,
        ]
      : []),
    ...(named.length === 1 && found.length > 0 && !names.includes(named[0]!)
      ? [`the sentinels name ${named[0]}, which is not the master`]
      : []),
    ...(sight.instance.wanted.sentinel > 0 && voices.length < majority
      ? [`${voices.length} of ${sight.instance.wanted.sentinel} sentinels answer: no failover is possible`]
      : []),
    ...(voices.some((view) => view.flags.includes("o_down")) ? ["the sentinels hold the master for down"] : []),
  ];
}

function unreachable(sight: Sight): string[] {
  const silent = [...sight.redis, ...sight.sentinels]
    .filter(({ view }) => !view)
    .map(({ pod, problem }) => `${pod.name} cannot be asked (${problem})`);
  const unready = sight.endpoints
    .filter((pod) => !pod.ready)
    .map((pod) => `${pod.name} is not ready${pod.trouble ? ` (${pod.trouble})` : ""}`);
  return [...silent, ...unready];
}

function missing({ instance }: Sight): string[] {
  return (Object.keys(mainContainer) as PodRole[]).flatMap((role) => {
    const there = instance.pods.filter((pod) => pod.role === role).length;
    const wanted = instance.wanted[role];
    return there < wanted ? [`${wanted - there} of ${count(wanted, `${role} pod`)} missing`] : [];
  });
}

function replication(sight: Sight): string[] {
  const seen = sight.redis.flatMap(({ pod, view }) => (view ? [{ pod, view }] : []));
  return seen.flatMap(({ pod, view }) => {
    if (view.loading) return [`${pod.name} is still loading its data`];
    if (view.role === "master") return [];
    if (view.syncing) return [`${pod.name} is copying the whole data set`];
    if (!view.linkUp)
      return [
        `${pod.name} has no link to its master${view.downSeconds === undefined ? "" : ` for ${view.downSeconds} s`}`,
      ];
    return (view.silentSeconds ?? 0) > silenceSeconds
      ? [`${pod.name} has heard nothing of its master for ${view.silentSeconds} s`]
      : [];
  });
}

function capacity(sight: Sight): string[] {
  return [
    ...filling(sight, diskFull, Infinity),
    ...sight.redis.flatMap(({ pod, view }) =>
      view
        ? [
            ...(view.damaged === undefined
              ? []
              : [`${pod.name} has no whole copy since its data files were damaged (${view.damaged})`]),
            ...view.diskTrouble.map((trouble) => `${pod.name}: ${trouble} (is the disk full?)`),
            ...(view.maxmemory > 0 && view.memory > 0.9 * view.maxmemory
              ? [`${pod.name} uses ${Math.round((100 * view.memory) / view.maxmemory)}% of its maxmemory`]
              : []),
          ]
        : [],
    ),
  ];
}

function whereToLook(sight: Sight, namespace: string): string {
  const { name } = sight.instance;
  const behind: Role = archived(sight).length > 0 ? "archive" : "drill";
  // Redis itself comes first.
  if (problems(sight).length === archived(sight).length + drilled(sight).length)
    return `kubectl -n ${namespace} get jobs -l ${label.instance}=${name},${label.role}=${behind}, and the logs of the last one`;
  const suspect = suspectOf(sight);
  if (!suspect) return `kubectl -n ${namespace} get events --sort-by=.lastTimestamp`;
  const { pod, view } = suspect;
  if (pod.waitsForKernel) return `kubectl -n ${namespace} logs ${pod.name} -c ${kernelGateContainer}`;
  return !view && pod.trouble && !pod.trouble.startsWith("CrashLoop")
    ? `kubectl -n ${namespace} describe pod ${pod.name}`
    : `kubectl -n ${namespace} logs ${pod.name} -c ${mainContainer[pod.role]}${pod.trouble ? " --previous" : ""}`;
}

/** The pod to begin with: one that is silent, else one that does not follow, else a sentinel. */
function suspectOf(sight: Sight): Answer<RedisView | SentinelView> | undefined {
  const silent = [...sight.redis, ...sight.sentinels].find(({ view }) => !view);
  const unready = sight.endpoints.find((pod) => !pod.ready);
  const troubled = sight.redis.find(
    ({ view }) => view && (view.diskTrouble.length > 0 || view.loading || (view.role === "slave" && !view.linkUp)),
  );
  return silent ?? (unready && { pod: unready }) ?? troubled ?? sight.sentinels[0];
}
