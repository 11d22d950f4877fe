import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { apply } from "./apply";
import { waitUntilReady } from "./await";
import { toObject, writeCheckpoint } from "./checkpoint";
import type { ApiServer } from "./api-server";
import { ApiError, existsAlready, InitFailed, isAlreadyExists, isNamespaceMissing, isNotFound } from "./errors";
import { annotation, idOf, isAnnotated, isDefinition, isPatch, kindOf, namespaceOf } from "./kinds";
import type { Session } from "./session";
import { copy, hasUnknown, type Fields } from "./values";

export interface CreateRequest {
  urn: string;
  properties: Fields;
  timeout: number;
  preview: boolean;
}
export interface Outcome {
  id: string;
  properties: Fields;
}

/** The name under which updates of this object will own its fields; kept in the state. */
export const newFieldManager = (inputs: Fields): string =>
  annotation(inputs, "pulumi.com/patchFieldManager") || `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;

export async function create(session: Session, { urn, properties, timeout, preview }: CreateRequest): Promise<Outcome> {
  const inputs = toObject(properties);
  if (preview) return isPatch(urn) ? { id: "", properties } : previewCreate(session, urn, properties, inputs);
  const cluster = await session.reachable();
  const fieldManager = newFieldManager(inputs);
  const created = await retryWhileMissing(session, urn, () =>
    post(session, cluster, inputs, { fieldManager, preview: false, upsert: isPatch(urn) }),
  );
  session.log.status(urn, "");
  const checkpoint = (live: Fields) =>
    writeCheckpoint({ inputs, live, initialApiVersion: kindOf(inputs).apiVersion, fieldManager }, properties);
  if (isDefinition(inputs)) cluster.forgetCustomKinds();
  try {
    const live = await waitUntilReady(session, cluster, { urn, live: created, inputs, timeout });
    return { id: idOf(live), properties: checkpoint(live) };
  } catch (error) {
    if (!(error instanceof InitFailed)) throw error;
    throw new InitFailed(
      `resource ${urn} was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: ${error.message}`,
      error.reasons,
      checkpoint(error.last),
    );
  }
}

/**
 * What the server would make of it, without a trace on the cluster; where it cannot be asked, the inputs as they are.
 */
async function previewCreate(session: Session, urn: string, properties: Fields, inputs: Fields): Promise<Outcome> {
  const unchanged = { id: "", properties };
  const cluster = await session.reachableOrWarn(urn);
  if (!cluster || hasUnknown(inputs) || !(await cluster.isKnown(kindOf(inputs)))) return unchanged;
  try {
    const fieldManager = newFieldManager(inputs);
    const live = await post(session, cluster, inputs, { fieldManager, preview: true, upsert: false });
    delete live.status;
    return {
      id: "",
      properties: writeCheckpoint(
        { inputs, live, initialApiVersion: kindOf(inputs).apiVersion, fieldManager },
        properties,
      ),
    };
  } catch (error) {
    // The namespace comes in the same `up`; the old object goes first in a replacement; or this user may not even try.
    if (isNamespaceMissing(error) || isAlreadyExists(error) || (error instanceof ApiError && error.code === 403))
      return unchanged;
    throw error;
  }
}

/**
 * A plain create, not an apply: an object that is there already belongs to someone, and a renamed resource would first
 * take it over and then delete it.
 */
async function post(
  session: Session,
  cluster: ApiServer,
  inputs: Fields,
  { fieldManager, preview, upsert }: { fieldManager: string; preview: boolean; upsert: boolean },
): Promise<Fields> {
  if (upsert || session.settings.upsertExistingObjects) {
    return apply(cluster, inputs, {
      fieldManager,
      preview,
      force: preview || session.settings.enablePatchForce || isAnnotated(inputs, "pulumi.com/patchForce"),
    });
  }
  const query = { fieldManager: "pulumi-kubernetes", fieldValidation: "Strict", dryRun: preview ? "All" : undefined };
  try {
    return await cluster.request({
      method: "POST",
      path: await cluster.pathOf(kindOf(inputs), namespaceOf(inputs) || "default"),
      query,
      body: copy(inputs),
    });
  } catch (error) {
    if (!preview && error instanceof ApiError && isAlreadyExists(error)) throw existsAlready(error);
    throw error;
  }
}

/**
 * A namespace or a definition from the same program may not be there yet, where nothing says that this depends on it.
 */
async function retryWhileMissing(session: Session, urn: string, attempt: () => Promise<Fields>): Promise<Fields> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isNotFound(error) || tries >= 5 || session.cancelled.aborted) throw error;
      session.log.status(urn, `Retry #${tries}; creation failed: ${error.message}`);
      await sleep(1000 * 2 ** tries, undefined, { signal: session.cancelled }).catch(() => undefined);
    }
  }
}
