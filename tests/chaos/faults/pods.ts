import * as fs from "node:fs";
import { kubectl, plainClient } from "../../support/cluster";
import { eventually, sleep } from "../../support/eventually";
import type { Context, Fault } from "../fault";
import { processesOf, signal } from "../processes";
import { ask, componentOf, masterAmong, podsOf, type Pod } from "../state";

export const isMaster = (pod: Pod, { master }: Context) => pod.metadata.uid === master.metadata.uid;
export const killMaster = ({ master }: Context) => signal(master.metadata.uid, "SIGKILL", "redis-server");

const aReplica = (context: Context) =>
  context.pods.find((pod) => componentOf(pod) === "redis" && !isMaster(pod, context))!;

const remove = (context: Context, pods: readonly Pod[], ...how: string[]) =>
  kubectl(
    "delete",
    "pod",
    "-n",
    context.deployment.namespace,
    ...pods.map(({ metadata }) => metadata.name),
    "--wait=false",
    ...how,
  );

const deleteMaster = async (context: Context) => {
  context.strike();
  await remove(context, [context.master]);
};

/** The pod and its volume go at once: killed, not stopped, so that it hands nothing over. */
export async function loseDisk(context: Context, pod: Pod): Promise<void> {
  const claim = `data-${pod.metadata.name}`;
  const volume = (
    await kubectl("get", "pvc", claim, "-n", context.deployment.namespace, "-o", "jsonpath={.spec.volumeName}")
  ).trim();
  await kubectl("delete", "pvc", claim, "-n", context.deployment.namespace, "--wait=false");
  // For the scheduler to hear of it, which nothing tells. Else it may place the next pod on a node for the sake of the
  // old claim; that goes, and for a pod that has its node already nobody provisions a new one: it would wait for ever,
  // by a fault of Kubernetes, not the one wanted here.
  await sleep(1000);
  signal(pod.metadata.uid, "SIGKILL");
  await remove(context, [pod], "--force", "--grace-period=0");
  await eventually(
    "the volume is gone",
    async () => (await kubectl("get", "pv", volume, "--ignore-not-found")) === "",
    { timeout: 60_000, every: 500 },
  );
}

const megabyte = 1024 * 1024;

/** Values that do not compress, with their replicas never further behind than a batch. */
async function fill({ deployment, master }: Context, megabytes: number): Promise<void> {
  // With patience: sixteen megabytes may take a busy machine more than a second.
  const client = plainClient(deployment.address(master.metadata.name), deployment.password);
  try {
    if ((await client.exists(`filler:${megabytes - 1}`)) === 1) return;
    for (let n = 0; n < megabytes; n += 16) {
      await Promise.all(
        Array.from({ length: Math.min(16, megabytes - n) }, (_, index) =>
          client.set(`filler:${n + index}`, "x".repeat(megabyte)),
        ),
      );
      await eventually("the replicas have it", async () => (await client.wait(2, 500)) === 2, { timeout: 60_000 });
    }
  } finally {
    client.disconnect();
  }
}

const endpoints = ({ pods }: Context) => pods.filter((pod) => componentOf(pod) === "endpoint");

/** Whether a client is connected to it: killing the other one would show nothing. */
function serves(podUid: string): boolean {
  const table = fs.readFileSync(`/proc/${processesOf(podUid, "haproxy")[0]}/net/tcp`, "utf8");
  // Local port 6379, established.
  return table.split("\n").some((line) => /^\s*\d+: [0-9A-F]+:18EB [0-9A-F]+:[0-9A-F]+ 01 /.test(line));
}
let killed = "";

export const podFaults: Fault[] = [
  {
    id: "1a",
    losesNothing: true,
    name: "master pod deleted",
    make: deleteMaster,
  },
  {
    id: "1b",
    losesNothing: true,
    pools: true,
    name: "master pod deleted, under load",
    make: deleteMaster,
  },
  {
    id: "1c",
    losesNothing: true,
    pools: true,
    name: "master pod deleted, and its successor five seconds later, under load",
    make: async (context) => {
      await deleteMaster(context);
      await sleep(5000);
      await remove(context, [await masterAmong(await podsOf(context.deployment), context.deployment)]);
    },
  },
  {
    id: "1d",
    losesNothing: true,
    pools: true,
    name: "master pod deleted while a replica stops and goes on, under load",
    make: async (context) => {
      const { uid } = aReplica(context).metadata;
      context.undo.add(() => signal(uid, "SIGCONT", "redis-server"));
      signal(uid, "SIGSTOP", "redis-server");
      await sleep(1000);
      await deleteMaster(context);
      await sleep(3000);
      await context.undo.all();
    },
  },
  {
    id: "2",
    name: "master process SIGKILLed",
    make: async (context) => {
      context.strike();
      await Promise.resolve(killMaster(context));
    },
    restarts: (pod, context) => (isMaster(pod, context) ? 1 : 0),
  },
  {
    id: "3",
    name: "master SIGSTOPped for 20 s",
    make: async (context) => {
      context.undo.add(() => signal(context.master.metadata.uid, "SIGCONT", "redis-server"));
      context.strike();
      signal(context.master.metadata.uid, "SIGSTOP", "redis-server");
      await context.hold(20, 8);
      await context.undo.all();
    },
  },
  {
    id: "6",
    name: "all Redis pods deleted at once",
    make: async (context) => {
      context.strike();
      await remove(
        context,
        context.pods.filter((pod) => componentOf(pod) === "redis"),
      );
    },
  },
  {
    id: "7",
    name: "all Redis and sentinel pods deleted at once",
    make: async (context) => {
      context.strike();
      await remove(
        context,
        context.pods.filter((pod) => componentOf(pod) !== "endpoint"),
      );
    },
  },
  {
    id: "9",
    name: "two of three sentinels gone while the master dies, then back",
    make: async (context) => {
      const scale = (replicas: number) =>
        kubectl("scale", "statefulset", "redis-sentinel", "-n", context.deployment.namespace, `--replicas=${replicas}`);
      context.undo.add(() => scale(3));
      await scale(1);
      await eventually(
        "one sentinel is left",
        async () => (await podsOf(context.deployment)).filter((pod) => componentOf(pod) === "sentinel").length === 1,
        { timeout: 60_000 },
      );
      context.strike();
      killMaster(context);
      await context.hold(15, 8);
      await context.undo.all();
    },
    restarts: (pod, context) => (isMaster(pod, context) ? 1 : 0),
  },
  {
    id: "12",
    name: "master's disk lost",
    make: async (context) => {
      context.strike();
      await loseDisk(context, context.master);
    },
  },
  {
    id: "14a",
    losesNothing: true,
    name: "one HAProxy killed",
    make: async (context) => {
      const pod = endpoints(context).find(({ metadata }) => serves(metadata.uid)) ?? endpoints(context)[0]!;
      killed = pod.metadata.uid;
      context.strike();
      await Promise.resolve(signal(killed, "SIGKILL", "haproxy"));
    },
    restarts: (pod) => (pod.metadata.uid === killed ? 1 : 0),
  },
  {
    id: "14b",
    losesNothing: true,
    name: "all HAProxies killed",
    make: async (context) => {
      context.strike();
      for (const pod of endpoints(context)) signal(pod.metadata.uid, "SIGKILL", "haproxy");
      await Promise.resolve();
    },
    restarts: (pod) => (componentOf(pod) === "endpoint" ? 1 : 0),
  },
  {
    id: "17",
    name: "failover while a replica copies 1 GB",
    needs: { resources: { memory: "3Gi", cpu: "20m" } },
    prepare: (context) => fill(context, context.brief ? 32 : 1024),
    make: async (context) => {
      const replica = aReplica(context);
      await loseDisk(context, replica);
      const copying = async () =>
        /master_sync_in_progress:1/.test(
          String(
            (
              await ask(context.deployment.address(replica.metadata.name), 6379, context.deployment.password, [
                "INFO",
                "replication",
              ])
            )[0],
          ),
        );
      await eventually("the replica copies", copying, { timeout: 60_000, every: 50 });
      context.strike();
      killMaster(context);
    },
    restarts: (pod, context) => (isMaster(pod, context) ? 1 : 0),
  },
];
