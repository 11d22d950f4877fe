import type { RedisArgs } from "../args";

/** The folder that holds a Redis' archives, in whatever holds them. */
export const archiveRoot = (
  instance: string,
  { namespace = instance, archive }: Pick<RedisArgs, "namespace" | "archive">,
): string => archive?.root ?? `${namespace}/${instance}`;
