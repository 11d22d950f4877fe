import { say } from "../../lib/progress";
import { stackState, type PendingOperation } from "./backend";
import { kubectl } from "./kubectl";
import { shown } from "./pulumi";
import type { Target } from "./target";

interface KubernetesObject {
  kind?: string;
  metadata?: { name?: string; namespace?: string; labels?: Record<string, string> };
}

/**
 * What an `up` that was killed had begun to create may stand on the cluster and not in the state: the next `up` would
 * fail on "already exists", and `down` would leave it behind. It is taken away and begun anew. (The CLI's own
 * --import-pending-creates leaves the state as it was.) Nothing that held data is lost: a StatefulSet's volumes stay
 * when it goes.
 */
export async function mendInterrupted(target: Target): Promise<void> {
  const { pending } = stackState(target.stack);
  if (pending.length === 0) return;
  const begun = begunObjects(pending);
  await Promise.all(begun.map((object) => takeAway(target, object)));
  await shown(target, ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
}

/** The Kubernetes objects among the pending creates; a provider or a component has nothing on the cluster. */
export function begunObjects(pending: readonly PendingOperation[]): KubernetesObject[] {
  return pending
    .filter(({ type }) => type === "creating")
    .map(({ resource }) => resource.inputs ?? {})
    .filter(({ kind, metadata }) => kind && metadata?.name);
}

/** Whether the live object is what the stack began, and not another one of that name, which is not ours to delete. */
export function isOurs(begun: KubernetesObject, live: KubernetesObject): boolean {
  const wanted = Object.entries(begun.metadata?.labels ?? {});
  return wanted.length > 0 && wanted.every(([label, value]) => live.metadata?.labels?.[label] === value);
}

async function takeAway(target: Target, begun: KubernetesObject): Promise<void> {
  const { kind, metadata } = begun;
  const object = [
    kind!.toLowerCase(),
    metadata!.name!,
    ...(metadata!.namespace ? ["--namespace", metadata!.namespace] : []),
  ];
  const found = await kubectl(target, ["get", ...object, "--ignore-not-found", "--output", "json"]);
  if (!found || !isOurs(begun, JSON.parse(found) as KubernetesObject)) return;
  say(`  --  The last run was cut off while it created the ${kind} ${metadata!.name}: begun anew.`);
  await kubectl(target, ["delete", ...object, "--ignore-not-found"], 180);
}
