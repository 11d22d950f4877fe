import { apply } from "./apply";
import { waitUntilReady } from "./await";
import { readCheckpoint, toObject, writeCheckpoint } from "./checkpoint";
import type { ApiServer } from "./api-server";
import { newFieldManager } from "./create";
import { parsePath } from "./diff";
import { ApiError, InitFailed, messageOf } from "./errors";
import { normalizeInputs } from "./inputs";
import { annotation, idOf, isAnnotated, isDefinition, isPatch, kindOf, namespaceOf, nameOf } from "./kinds";
import { adoptFields, createdByPlugin, manages } from "./managed-fields";
import type { Session } from "./session";
import { at, copy, hasUnknown, listAt, setAt, type Fields } from "./values";

export interface UpdateRequest {
  urn: string;
  state: Fields;
  news: Fields;
  ignoreChanges: string[];
  timeout: number;
  preview: boolean;
}

export async function update(session: Session, request: UpdateRequest): Promise<Fields> {
  const { urn, state, news, ignoreChanges, preview } = request;
  const inputs = normalizeInputs(toObject(news));
  const cluster = preview ? await session.reachableOrWarn(urn) : await session.reachable();
  if (!cluster || (preview && (hasUnknown(inputs) || !(await cluster.isKnown(kindOf(inputs)))))) return news;

  const old = readCheckpoint(state);
  const fieldManager =
    annotation(inputs, "pulumi.com/patchFieldManager") || old.fieldManager || newFieldManager(inputs);
  const checkpoint = (live: Fields) =>
    writeCheckpoint(
      { inputs, live, initialApiVersion: old.initialApiVersion || kindOf(inputs).apiVersion, fieldManager },
      news,
    );
  const target = {
    ...(kindOf(inputs) as unknown as Fields),
    metadata: { name: nameOf(old.live) || nameOf(inputs), namespace: namespaceOf(old.live) || namespaceOf(inputs) },
  };
  let previous: Fields;
  try {
    previous = await cluster.getLive(target);
  } catch (error) {
    throw new Error(`update of resource ${urn} failed: ${messageOf(error)}`, { cause: error });
  }
  try {
    const live = await send(session, cluster, {
      inputs,
      previous,
      fieldManager,
      ignoreChanges,
      preview,
      patch: isPatch(urn),
    });
    if (preview) return checkpoint(live);
    if (isDefinition(inputs)) cluster.forgetCustomKinds();
    if (old.fieldManager && old.fieldManager !== fieldManager) await relinquish(cluster, target, old.fieldManager);
    return checkpoint(await waitUntilReady(session, cluster, { urn, live, inputs, timeout: request.timeout }));
  } catch (error) {
    if (preview) {
      if (error instanceof ApiError && error.code === 403) return news;
      throw error;
    }
    if (!(error instanceof InitFailed)) throw error;
    throw new InitFailed(
      `the Kubernetes API server reported that "${idOf(target)}" failed to fully initialize or become live: ${error.message}`,
      error.reasons,
      checkpoint(error.last),
    );
  }
}

interface Change {
  inputs: Fields;
  previous: Fields;
  fieldManager: string;
  ignoreChanges: string[];
  preview: boolean;
  patch: boolean;
}

async function send(
  session: Session,
  cluster: ApiServer,
  { inputs, previous, fieldManager, ignoreChanges, preview, patch }: Change,
): Promise<Fields> {
  const name = nameOf(previous);
  if (isDefinition(inputs)) {
    // Lists in a definition's schema do not merge; it is put in place whole, which leaves its objects alone.
    const body = copy(inputs);
    setAt(body, at(previous, "metadata", "resourceVersion"), "metadata", "resourceVersion");
    return cluster.request({
      method: "PUT",
      path: await cluster.pathOf(kindOf(inputs), "", name),
      query: { fieldManager, fieldValidation: "Strict", dryRun: preview ? "All" : undefined },
      body,
    });
  }
  const force =
    isAnnotated(inputs, "pulumi.com/patchForce") ||
    session.settings.enablePatchForce ||
    listAt(previous, "metadata", "managedFields").length === 0 ||
    (preview && createdByPlugin(previous));
  // A patch answers for its own fields alone, whoever made the rest.
  const live = preview || patch ? previous : await adopt(cluster, previous, fieldManager);
  return apply(cluster, withoutIgnored(inputs, live, fieldManager, ignoreChanges), {
    fieldManager,
    preview,
    force,
    name,
  });
}

/**
 * Without this a field that the create set and the program now drops would stay: its manager is another than the one
 * that applies.
 */
async function adopt(cluster: ApiServer, previous: Fields, fieldManager: string): Promise<Fields> {
  let live = previous;
  for (let tries = 0; ; tries += 1) {
    const entries = adoptFields(live, fieldManager);
    if (!entries) return live;
    const body = [
      { op: "replace", path: "/metadata/managedFields", value: entries },
      // Someone else may have changed the object since it was read; their entry in the table must not be lost.
      { op: "replace", path: "/metadata/resourceVersion", value: at(live, "metadata", "resourceVersion") },
    ];
    try {
      return await cluster.request({
        method: "PATCH",
        path: await cluster.pathOf(kindOf(live), namespaceOf(live), nameOf(live)),
        body,
        contentType: "application/json-patch+json",
      });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 409 || tries >= 8) throw error;
      live = await cluster.getLive(live);
    }
  }
}

/**
 * An ignored field keeps its live value: it is left to another manager if one has it, and otherwise sent back as it is.
 */
function withoutIgnored(inputs: Fields, live: Fields, fieldManager: string, ignoreChanges: string[]): Fields {
  const sent = copy(inputs);
  for (const path of ignoreChanges.map(parsePath)) {
    const keys = path.map(String);
    const theirs =
      manages(live, path, (manager) => manager !== fieldManager) &&
      !manages(live, path, (manager) => manager === fieldManager);
    const value = at(live, ...path);
    if (theirs) setAt(sent, undefined, ...keys);
    else if (value !== undefined && path.every((key) => typeof key === "string")) setAt(sent, value, ...keys);
  }
  return sent;
}

/** An apply of nothing gives up every field of a manager that is not used any more. */
export async function relinquish(cluster: ApiServer, target: Fields, fieldManager: string): Promise<void> {
  await apply(cluster, target, { fieldManager, preview: false, force: false });
}
