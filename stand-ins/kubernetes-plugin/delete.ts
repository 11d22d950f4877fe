import { setTimeout as sleep } from "node:timers/promises";
import { timeoutOf } from "./await";
import { readCheckpoint, writeCheckpoint } from "./checkpoint";
import type { ApiServer } from "./api-server";
import { InitFailed, isNotFound, messageOf, Unreachable } from "./errors";
import {
  annotation,
  idOf,
  isAnnotated,
  isDefinition,
  isPatch,
  kindOf,
  kindOfUrn,
  nameOf,
  namespaceOf,
  parseId,
} from "./kinds";
import type { Session } from "./session";
import { relinquish } from "./update";
import { at, fieldsAt, isFields, listAt, textAt, type Fields } from "./values";

export interface DeleteRequest {
  urn: string;
  id: string;
  state: Fields;
  timeout: number;
}

const propagation: Record<string, string> = { orphan: "Orphan", background: "Background" };
/** The kinds for which the official plugin lets `skipAwait` skip the wait for the end, too. */
const maySkip = new Set(["Namespace", "Pod", "ReplicationController", "DaemonSet", "Deployment", "StatefulSet", "Job"]);

/**
 * Deletes the object and waits until it is gone, with all that belongs to it: a name given back too early fails what is
 * created next.
 */
export async function remove(session: Session, { urn, id, state, timeout }: DeleteRequest): Promise<void> {
  const cluster = await reachableForDelete(session, urn);
  if (!cluster) return;
  const old = readCheckpoint(state);
  const kind = textAt(old.live, "apiVersion") ? kindOf(old.live) : kindOfUrn(urn);
  const namespace = namespaceOf(old.live) || parseId(id).namespace;
  const name = parseId(id).name || nameOf(old.live);
  if (isPatch(urn))
    return relinquish(cluster, { ...(kind as unknown as Fields), metadata: { name, namespace } }, old.fieldManager);
  let deleted: Fields;
  try {
    const propagationPolicy =
      propagation[annotation(old.inputs, "pulumi.com/deletionPropagationPolicy").toLowerCase()] ?? "Foreground";
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
    deleted = await cluster.request({ method: "DELETE", path: await cluster.pathOf(kind, namespace, name), body });
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  if (isAnnotated(old.inputs, "pulumi.com/skipAwait") && maySkip.has(kind.kind)) return;
  const uid =
    textAt(deleted, "metadata", "uid") || textAt(deleted, "details", "uid") || textAt(old.live, "metadata", "uid");
  const left = await waitUntilGone(session, {
    urn,
    uid,
    seconds: timeoutOf(timeout, old.inputs, 600),
    find: () => cluster.get(kind, namespace, name),
  });
  if (left) {
    const last = writeCheckpoint({ ...old, live: left }, state);
    throw new InitFailed(
      `"${idOf(left)}" was not deleted ${session.cancelled.aborted ? "before the operation was cancelled" : "in time"}`,
      obstacles(left),
      last,
    );
  }
  if (isDefinition(old.live)) cluster.forgetCustomKinds();
}

interface Wait {
  urn: string;
  uid: string;
  seconds: number;
  find: () => Promise<Fields>;
}

/** Undefined once it is gone; what is left of it when the time is up. */
async function waitUntilGone(session: Session, { urn, uid, seconds, find }: Wait): Promise<Fields | undefined> {
  const started = Date.now();
  const end = started + seconds * 1000;
  let shown = "";
  for (let pause = 100; ; pause = Math.min(pause * 1.5, 1000)) {
    let left: Fields;
    try {
      left = await find();
    } catch (error) {
      if (isNotFound(error)) break;
      if (Date.now() >= end || session.cancelled.aborted) throw error;
      left = {};
    }
    // Another object of the same name is someone else's, and no sign that ours is left.
    if (uid && textAt(left, "metadata", "uid") && textAt(left, "metadata", "uid") !== uid) break;
    if (Date.now() >= end || session.cancelled.aborted) return left;
    // Everything is held for a moment by one finalizer or another; only what lasts is worth a word.
    const status = Date.now() - started > 3000 ? (obstacles(left)[0] ?? "") : "";
    if (status !== shown) session.log.status(urn, (shown = status));
    await sleep(pause, undefined, { signal: session.cancelled }).catch(() => undefined);
  }
  session.log.status(urn, "");
  return undefined;
}

/** What holds an object back from going: its finalizers, and for a namespace what it still holds. */
export function obstacles(object: Fields): string[] {
  const finalizers = [...listAt(object, "metadata", "finalizers"), ...listAt(object, "spec", "finalizers")].map(String);
  const conditions = listAt(object, "status", "conditions")
    .filter(isFields)
    .filter((condition) => condition.status === "True" && textAt(condition, "message"))
    .map((condition) => `[${textAt(condition, "reason")}] ${textAt(condition, "message")}`);
  const held = finalizers.length > 0 ? [`finalizers might be preventing deletion (${finalizers.join(", ")})`] : [];
  const asked =
    at(object, "metadata", "deletionTimestamp") === undefined && Object.keys(fieldsAt(object, "metadata")).length > 0
      ? ["the server has not marked it for deletion"]
      : [];
  return [...conditions, ...held, ...asked];
}

async function reachableForDelete(session: Session, urn: string): Promise<ApiServer | undefined> {
  try {
    return await session.reachable();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    session.log.warn(urn, messageOf(error));
    if (session.settings.deleteUnreachable) return undefined;
    throw new Error(
      `${messageOf(error)}\nIf the cluster was deleted, PULUMI_K8S_DELETE_UNREACHABLE=true removes its resources from the state.`,
      { cause: error },
    );
  }
}
