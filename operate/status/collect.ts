import { kubectl } from "../engine/kubectl";
import type { Target } from "../engine/target";
import { CommandFailed } from "../../lib/run";
import { inventory, type Instance, type PodFacts, type PodRole } from "./inventory";
import {
  kernelGateContainer,
  mainContainer,
  mountPath,
  selectorText,
  sentinelPort,
} from "../../components/redis/contract";
import { parseInfo, parseSentinelMasters, type RedisView, type SentinelView } from "./replies";

/** What a pod answered, or why it did not. */
export interface Answer<T> {
  pod: PodFacts;
  view?: T;
  problem?: string;
}

/** One Redis component as Kubernetes, its Redis processes and its sentinels see it. */
export interface Sight {
  instance: Instance;
  redis: Answer<RedisView>[];
  sentinels: Answer<SentinelView>[];
  endpoints: PodFacts[];
}

/** In the pods; the password is in the container's environment, so it stands on no command line. */
export const redisCli = ["redis-cli"] as const;

/**
 * All at once: each command in a pod costs its start. A pod of an older version tells nothing of its kernel and its
 * disk.
 */
const infoAndPlace = [
  "sh",
  "-c",
  `${redisCli.join(" ")} INFO; code=$?; for what in kernel disk; do sh ${mountPath.scripts}/$what-status.sh 2>/dev/null; done; exit $code`,
];

/** A pod that hangs costs this much and no more; the others are asked at the same time. */
const patienceSeconds = 6;

export async function instances(target: Target, namespace: string): Promise<Instance[]> {
  const listed = await kubectl(target, [
    "--namespace",
    namespace,
    "get",
    "pods,services,statefulsets,deployments,cronjobs",
    "--selector",
    selectorText(),
    "--output",
    "json",
  ]);
  return inventory((JSON.parse(listed) as { items: Parameters<typeof inventory>[0] }).items);
}

export async function look(target: Target, namespace: string, instance: Instance): Promise<Sight> {
  const of = (role: PodRole) => instance.pods.filter((pod) => pod.role === role);
  const [redis, sentinels] = await Promise.all([
    Promise.all(of("redis").map((pod) => ask(target, namespace, pod, infoAndPlace, parseInfo))),
    Promise.all(
      of("sentinel").map((pod) =>
        ask(
          target,
          namespace,
          pod,
          [...redisCli, "-p", String(sentinelPort), "SENTINEL", "MASTERS"],
          parseSentinelMasters,
        ),
      ),
    ),
  ]);
  return { instance, redis, sentinels, endpoints: of("endpoint") };
}

async function ask<T>(
  target: Target,
  namespace: string,
  pod: PodFacts,
  command: string[],
  parse: (reply: string) => T | undefined,
): Promise<Answer<T>> {
  if (pod.waitsForKernel) return { pod, problem: await whyItWaits(target, namespace, pod) };
  if (pod.trouble && pod.trouble !== "Terminating")
    return { pod, problem: [pod.trouble, pod.lastWords].filter(Boolean).join(": ") };
  try {
    const reply = await kubectl(
      target,
      ["--namespace", namespace, "exec", pod.name, "--container", mainContainer[pod.role], "--", ...command],
      patienceSeconds,
    );
    const view = parse(reply);
    return view ? { pod, view } : { pod, problem: reply.trim().split("\n")[0] || "an empty reply" };
  } catch (error) {
    return { pod, problem: reasonOf(error) };
  }
}

/** The last thing that its init container said, without the date. */
async function whyItWaits(target: Target, namespace: string, pod: PodFacts): Promise<string> {
  const said = await kubectl(
    target,
    ["--namespace", namespace, "logs", pod.name, "--container", kernelGateContainer, "--tail", "1"],
    patienceSeconds,
  ).catch(reasonOf);
  return `waits for its node's kernel: ${said.trim().replace(/^\S+Z waiting: /, "")}`;
}

/** The last line of what kubectl said; a killed one said nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof CommandFailed)) return String(error);
  if (error.code === null) return `no answer within ${patienceSeconds} s`;
  return (
    error.output
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("command terminated"))
      .pop() ?? "no answer"
  );
}

/** The pod that says it is master. */
export async function currentMaster(target: Target, namespace: string): Promise<string> {
  const [instance] = await instances(target, namespace);
  if (!instance) throw new Error(`There is no Redis in the namespace ${namespace}.`);
  const { redis } = await look(target, namespace, {
    ...instance,
    pods: instance.pods.filter((pod) => pod.role === "redis"),
  });
  const master = redis.find(({ view }) => view?.role === "master");
  if (!master)
    throw new Error(
      `No master answers: ${redis.map(({ pod, view, problem }) => `${pod.name} ${view ? "is a replica" : problem}`).join(", ") || "there are no pods"}. make status tells more.`,
    );
  return master.pod.name;
}
