import { imageNames } from "../images";
import { apply, find, type KubeObject } from "./api";
import { dnsObjects } from "./addon-dns";
import { storageObjects } from "./addon-storage";

/** The namespace that the local stack's kubeconfig points at. */
export const defaultNamespace = "redis-local";

export async function applyAddons(): Promise<void> {
  const objects: KubeObject[] = [
    ...dnsObjects(imageNames.coredns),
    ...storageObjects(imageNames.provisioner, imageNames.busybox),
  ];
  const isNamespace = (object: KubeObject) => object.kind === "Namespace";
  await Promise.all(objects.filter(isNamespace).map(apply));
  await Promise.all(objects.filter((object) => !isNamespace(object)).map(apply));
}

interface Workload {
  metadata: { generation: number };
  status?: {
    observedGeneration?: number;
    updatedNumberScheduled?: number;
    numberReady?: number;
    readyReplicas?: number;
  };
}

/** Whether every node's CoreDNS and the provisioner are up, in the version that was applied last. */
export async function addonsReady(nodes: number): Promise<boolean> {
  const [dns, storage] = await Promise.all([
    find<Workload>("/apis/apps/v1/namespaces/kube-system/daemonsets/coredns"),
    find<Workload>("/apis/apps/v1/namespaces/local-path-storage/deployments/local-path-provisioner"),
  ]);
  const current = [dns, storage].every(
    (workload) => workload?.metadata.generation === workload?.status?.observedGeneration,
  );
  return (
    current &&
    dns?.status?.numberReady === nodes &&
    dns.status.updatedNumberScheduled === nodes &&
    storage?.status?.readyReplicas === 1
  );
}

interface Pod {
  metadata: { namespace: string; name: string };
  status: {
    phase?: string;
    containerStatuses?: { ready: boolean; state?: { waiting?: { reason?: string; message?: string } } }[];
  };
}

/**
 * The pods that are not ready, each with what the kubelet says of it: what a start that takes too long is waiting for.
 */
export async function unreadyPods(): Promise<string> {
  const pods = await find<{ items: Pod[] }>("/api/v1/pods");
  const unready =
    pods?.items.filter(({ status }) => !status.containerStatuses?.every((container) => container.ready)) ?? [];
  return unready
    .map(({ metadata, status }) => {
      const waiting = status.containerStatuses?.find((container) => container.state?.waiting)?.state?.waiting;
      return `  ${metadata.namespace}/${metadata.name}: ${[status.phase, waiting?.reason, waiting?.message].filter(Boolean).join(", ")}`;
    })
    .join("\n");
}
