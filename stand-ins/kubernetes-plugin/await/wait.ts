import { setTimeout as sleep } from "node:timers/promises";
import type { ApiServer } from "../api-server";
import { InitFailed, isNotFound, messageOf } from "../errors";
import { annotation, isAnnotated, nameOf } from "../kinds";
import type { Session } from "../session";
import { numberAt, textAt, type Fields } from "../values";
import { observerOf, withPods } from "./observe";
import { waiting, type Verdict } from "./verdict";

export interface Wait {
  urn: string;
  /** The object as the server answered. */
  live: Fields;
  inputs: Fields;
  /** Of the resource's customTimeouts, in seconds; 0 for none. */
  timeout: number;
}

/** The time that a wait may take, in seconds: the resource option first, then the annotation, then the default. */
export function timeoutOf(option: number, inputs: Fields, fallback: number): number {
  const annotated = Number.parseInt(annotation(inputs, "pulumi.com/timeoutSeconds"), 10);
  return option > 0 ? option : Number.isFinite(annotated) ? annotated : fallback;
}

const shortWaits = new Map([
  ["PersistentVolumeClaim", 300],
  ["PersistentVolume", 300],
  ["Secret", 5],
]);

/**
 * Looks at the object until it is ready; throws InitFailed with what is missing when it never will be, when the time is
 * up, or when the engine cancels. It looks again and again instead of watching: a watch whose connection dies unnoticed
 * would wait for ever.
 */
export async function waitUntilReady(
  session: Session,
  cluster: ApiServer,
  { urn, live, inputs, timeout }: Wait,
): Promise<Fields> {
  const observe = observerOf(live);
  if (!observe || isAnnotated(inputs, "pulumi.com/skipAwait")) return live;
  const name = nameOf(live);
  const end = Date.now() + timeoutOf(timeout, inputs, shortWaits.get(textAt(live, "kind")) ?? 600) * 1000;
  const memory = { endpoints: "", since: Date.now() };
  let object = live;
  let verdict = waiting("");
  let shown = "";
  let nextReport = Date.now() + 10_000;
  const fail = async (message: string) => {
    const { problems } = await withPods(cluster, object, verdict);
    return new InitFailed(message, problems, object);
  };
  for (let pause = 200; ; pause = Math.min(pause * 1.3, 1000)) {
    try {
      object = await cluster.getLive(live);
      // An answer from before the write says nothing about it.
      verdict =
        numberAt(object, "metadata", "generation") < numberAt(live, "metadata", "generation")
          ? waiting(verdict.status)
          : await observe(cluster, object, memory);
    } catch (error) {
      if (isNotFound(error))
        throw new InitFailed(
          `'${name}' was deleted by someone else while waiting for it to be Ready`,
          [messageOf(error)],
          live,
        );
      verdict = waiting(verdict.status, [messageOf(error)]);
    }
    if (verdict.ready) break;
    if (verdict.failed) throw await fail(`'${name}' failed`);
    if (session.cancelled.aborted) throw await fail(`Resource operation was cancelled for "${name}"`);
    if (Date.now() >= end) throw await fail(`'${name}' timed out waiting to be Ready`);
    if (verdict.status !== shown) session.log.status(urn, (shown = verdict.status));
    if (Date.now() >= nextReport) {
      nextReport = Date.now() + 10_000;
      await report(session, cluster, urn, object, verdict);
    }
    await sleep(pause, undefined, { signal: session.cancelled }).catch(() => undefined);
  }
  session.log.status(urn, "");
  return object;
}

/** A sign of what goes wrong, long before the time is up: a person may want to stop at once. */
async function report(
  session: Session,
  cluster: ApiServer,
  urn: string,
  object: Fields,
  verdict: Verdict,
): Promise<void> {
  const { problems } = await withPods(cluster, object, verdict);
  const complaint = problems.find((problem) => !verdict.problems.includes(problem));
  if (complaint) session.log.status(urn, `${verdict.status}: ${complaint}`);
}
