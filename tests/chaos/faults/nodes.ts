import { clusterNodes, control } from "../../../stand-ins/cluster/layout";
import { killCgroup } from "../../../stand-ins/cluster/cgroups";
import { ensureCluster, nodes } from "../../../stand-ins/cluster";
import { killPart } from "../../../stand-ins/cluster/parts";
import { run } from "../../../lib/run";
import { kubectl, kubectlJson } from "../../support/cluster";
import { sleep } from "../../support/eventually";
import type { Context, Fault } from "../fault";
import { signal } from "../processes";
import { componentOf, type Pod } from "../state";
import { isMaster, killMaster } from "./pods";

const nodeOf = ({ master }: Context) => master.spec.nodeName!;
const onNode = (pod: Pod, node: string) => (pod.spec.nodeName === node ? 1 : 0);

/**
 * Parts of the control plane; not its kube-proxy, which is how the host, and its clients, reach the cluster's Services.
 */
const killControlPlane = (programs: readonly string[]) =>
  Promise.all(programs.map((program) => killPart({ space: control, program })));

const otherNode = ({ pods, master }: Context) =>
  pods.find((pod) => componentOf(pod) === "redis" && pod.spec.nodeName !== master.spec.nodeName)!.spec.nodeName!;

/**
 * What `kubectl drain` does, but only to this deployment: each eviction is asked for until the disruption budget allows
 * it.
 */
async function evict(context: Context, node: string): Promise<void> {
  for (const { metadata } of context.pods.filter((pod) => pod.spec.nodeName === node)) {
    const { namespace } = context.deployment;
    const body = JSON.stringify({
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: metadata.name, namespace },
    });
    for (let tries = 0; ; tries++) {
      const done = await create(`/api/v1/namespaces/${namespace}/pods/${metadata.name}/eviction`, body).then(
        () => true,
        (error: unknown) => {
          if (tries > 60 || !/disruption budget/.test(String(error))) throw error;
          return false;
        },
      );
      if (done) break;
      await sleep(500);
    }
  }
}

const create = (path: string, body: string) => run("kubectl", ["create", "--raw", path, "-f", "-"], { input: body });

export const nodeFaults: Fault[] = [
  {
    id: "4",
    name: "master's node cut off for 30 s",
    inside: true,
    make: async (context) => {
      context.undo.add(() => nodes.reconnect(nodeOf(context)));
      context.strike();
      await nodes.cutOff(nodeOf(context));
      await context.hold(30, 10);
      await context.undo.all();
    },
  },
  {
    id: "5",
    name: "master's node loses power and comes back",
    make: async (context) => {
      context.undo.add(() => nodes.powerOn(nodeOf(context)));
      context.strike();
      await nodes.powerOff(nodeOf(context));
      await context.hold(10, 5);
      await context.undo.all();
    },
    restarts: (pod, context) => onNode(pod, nodeOf(context)),
  },
  {
    id: "8",
    name: "whole cluster powered off and on",
    make: async (context) => {
      context.undo.add(() => ensureCluster());
      context.strike();
      // All at the same moment; the rest of a power cut (network, mounts) after that.
      await Promise.all(clusterNodes.map(({ name }) => killCgroup(name)));
      await killControlPlane(["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"]);
      for (const { name } of clusterNodes) await nodes.powerOff(name);
      await context.undo.all();
    },
    restarts: () => 1,
  },
  {
    id: "13",
    name: "cluster DNS down during a failover",
    make: async (context) => {
      const { items } = await kubectlJson<{ items: Pod[] }>(
        "get",
        "pods",
        "-n",
        "kube-system",
        "-l",
        "k8s-app=kube-dns",
      );
      // Stopped, not killed: a name server that does not answer costs more than one that is not there.
      for (const { metadata } of items) {
        context.undo.add(() => signal(metadata.uid, "SIGCONT", "coredns"));
        signal(metadata.uid, "SIGSTOP", "coredns");
      }
      context.strike();
      killMaster(context);
      await context.hold(20, 8);
      await context.undo.all();
    },
    restarts: (pod, context) => (isMaster(pod, context) ? 1 : 0),
  },
  {
    id: "15",
    losesNothing: true,
    name: "a replica's link flapping",
    make: async (context) => {
      const node = otherNode(context);
      context.undo.add(() => nodes.reconnect(node));
      context.strike();
      for (let n = context.brief ? 3 : 8; n > 0; n--) {
        await nodes.cutOff(node);
        await sleep(1000);
        await nodes.reconnect(node);
        await sleep(1000);
      }
    },
  },
  {
    id: "16",
    losesNothing: true,
    name: "master's node drained",
    make: async (context) => {
      const node = nodeOf(context);
      context.undo.add(() => kubectl("uncordon", node));
      await kubectl("cordon", node);
      context.strike();
      await evict(context, node);
      await context.hold(10, 5);
      await context.undo.all();
    },
  },
  {
    id: "18",
    name: "API server down during a failover",
    make: async (context) => {
      context.undo.add(() => ensureCluster());
      await killControlPlane(["kube-apiserver"]);
      context.strike();
      killMaster(context);
      await context.hold(15, 8);
      await context.undo.all();
    },
    restarts: (pod, context) => (isMaster(pod, context) ? 1 : 0),
  },
];
