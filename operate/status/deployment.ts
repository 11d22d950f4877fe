import { isPublished } from "../engine/environment";
import { stackState } from "../engine/backend";
import { outputs } from "../engine/stack";
import { currentTarget, nameOf } from "../engine/target";
import { ownStack, type RedisLocation } from "./own-stack";

/** Where the current stack put its Redis: STACK if given, else what `make up` deployed last. */
export async function deployment(): Promise<RedisLocation> {
  if (process.env.STACK) return ownStack(process.env.STACK);
  const target = currentTarget();
  const up = `${target.context ? `CONTEXT=${target.context} ` : ""}make up`;
  if (!isPublished() || !stackState(target.stack).exists)
    throw new Error(`Nothing is deployed on ${nameOf(target)}: run ${up} first.`);
  const { namespace } = await outputs(target);
  if (typeof namespace !== "string")
    throw new Error(
      `The stack ${target.stack} has no output "namespace": its last deployment did not finish. Run ${up} again.`,
    );
  return { target, namespace };
}
