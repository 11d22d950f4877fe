import type { RedisArgs } from "../args";

/** The folder that holds a Redis' archives, in whatever holds them. */
export const archiveRoot = (
  instance: string,
  { namespace = instance, archive }: Pick<RedisArgs, "namespace" | "archive">,
): string => archive?.root ?? `${namespace}/${instance}`;

/** The ServiceAccount of the pods that reach the archives: who they are to a cloud's workload identity. */
export const archiveServiceAccount = (instance: string): string => `${instance}-archive`;
