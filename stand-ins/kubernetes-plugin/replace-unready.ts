import { probe } from "./await";
import { readCheckpoint, toObject } from "./checkpoint";
import { isAnnotated } from "./kinds";
import type { Session } from "./session";
import type { Fields } from "./values";

/** Whether a Job that asks for it (pulumi.com/replaceUnready) has not succeeded, and so is to run again. */
export async function replaceUnready(session: Session, urn: string, state: Fields, news: Fields): Promise<boolean> {
  const inputs = toObject(news);
  if (!isAnnotated(inputs, "pulumi.com/replaceUnready")) return false;
  if (inputs.kind !== "Job") {
    session.log.warn(urn, "replaceUnready annotation is not supported for this resource");
    return false;
  }
  const cluster = await session.reachableOrWarn(urn);
  if (!cluster) return false;
  try {
    return !(await probe(cluster, await cluster.getLive(readCheckpoint(state).live))).ready;
  } catch {
    // A Job that is gone shows up in a refresh; here it is no reason to plan anything.
    return false;
  }
}
