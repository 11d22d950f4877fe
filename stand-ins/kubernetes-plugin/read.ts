import { probe } from "./await";
import { readCheckpoint, toObject, toProperties, writeCheckpoint } from "./checkpoint";
import { newFieldManager } from "./create";
import { InitFailed, isNotFound, messageOf, Unreachable } from "./errors";
import { normalizeInputs, pruneToShape } from "./inputs";
import { isAnnotated, kindOf, kindOfUrn, nameOf, namespaceOf, parseId, refusal } from "./kinds";
import { annotateSecrets } from "./secrets";
import type { Session } from "./session";
import { copy, setAt, textAt, type Fields } from "./values";

export interface ReadRequest {
  urn: string;
  id: string;
  state: Fields;
  inputs: Fields;
}
/** Without an id the resource is gone. */
export interface ReadResult {
  id: string;
  state: Fields;
  inputs: Fields;
}

const gone: ReadResult = { id: "", state: {}, inputs: {} };

/**
 * The live object, and the inputs as the cluster has them now: where they differ from the program's, `up` sets them
 * right.
 */
export async function read(session: Session, request: ReadRequest): Promise<ReadResult> {
  const { urn, id } = request;
  const refused = refusal(urn);
  if (refused) throw new Error(refused);
  const unreachable = await whenUnreachable(session, request);
  if (unreachable) return unreachable;
  const cluster = await session.reachable();
  const old = readCheckpoint(request.state);
  const inputs = normalizeInputs(toObject(request.inputs));
  // An import, or a `get`: nothing is known but the id.
  const isFirst = !textAt(inputs, "apiVersion") && !textAt(old.live, "apiVersion");
  const kind = textAt(inputs, "apiVersion")
    ? kindOf(inputs)
    : textAt(old.live, "apiVersion")
      ? kindOf(old.live)
      : kindOfUrn(urn);
  const { namespace, name } = parseId(id);
  if (!name)
    throw new Error(
      `"${id}" is no id of a ${kind.kind}; it is written as namespace/name, or name alone where there is no namespace`,
    );

  let live: Fields;
  try {
    live = await cluster.get(kind, namespace || namespaceOf(inputs) || (await session.defaultNamespace()), name);
  } catch (error) {
    if (isNotFound(error)) return gone;
    throw error;
  }
  const liveInputs = isFirst ? everythingSaid(live) : shaped(live, inputs);
  const state = writeCheckpoint(
    {
      inputs: liveInputs,
      live,
      initialApiVersion: old.initialApiVersion || kind.apiVersion,
      fieldManager: old.fieldManager || newFieldManager(liveInputs),
    },
    request.inputs,
  );
  const properties = toProperties(copy(liveInputs));
  annotateSecrets(properties, request.inputs);
  const result: ReadResult = { id, state, inputs: properties };
  if (isFirst || isAnnotated(inputs, "pulumi.com/skipAwait")) return result;
  const verdict = await probe(cluster, live);
  if (verdict.ready) return result;
  throw Object.assign(
    new InitFailed(`Resource '${nameOf(live)}' was created but failed to initialize`, verdict.problems, state),
    { id, inputs: properties },
  );
}

async function whenUnreachable(
  session: Session,
  { urn, id, state, inputs }: ReadRequest,
): Promise<ReadResult | undefined> {
  try {
    await session.reachable();
    return undefined;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    session.log.warn(urn, messageOf(error));
    if (session.settings.deleteUnreachable) return gone;
    if (session.settings.skipUpdateUnreachable) return { id, state, inputs };
    throw new Error(
      `${messageOf(error)}\nIf the cluster was deleted, PULUMI_K8S_DELETE_UNREACHABLE=true removes its resources from the state.`,
      { cause: error },
    );
  }
}

function shaped(live: Fields, inputs: Fields): Fields {
  const pruned = pruneToShape(live, inputs) as Fields;
  return { ...pruned, apiVersion: live.apiVersion, kind: live.kind };
}

/**
 * For an import: all that a person could have written, without what the server and its controllers keep for themselves.
 */
function everythingSaid(live: Fields): Fields {
  const inputs = normalizeInputs(live);
  delete inputs.status;
  for (const key of ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"])
    setAt(inputs, undefined, "metadata", "annotations", key);
  return inputs;
}
