import type { RedisSettings } from "../args";
import { parseBytes } from "../rules/quantity";
import { deriveRewriteThresholds, deriveSizing } from "../rules/sizing";
import { mountPath, redisPort } from "../contract";
import { directives } from "./directives";

/**
 * redis.conf of a data pod, but for what only the pod itself knows (password, announced address), which its start
 * script appends. Pure: the same settings give the same text, and a changed text rolls the pods.
 */
export function redisConf(settings: RedisSettings): string {
  const sizing = deriveSizing(settings.resources.memory);
  const rewrite = deriveRewriteThresholds(settings.resources.memory, parseBytes(settings.persistence.size)!);
  return directives([
    ["port", redisPort],
    ["bind", "* -::*"],
    // What lets clients in is the password, not the protection switched off.
    ["protected-mode", "yes"],
    ["dir", mountPath.data],
    ["maxmemory", sizing.maxmemory],
    ["appendonly", "yes"],
    ["appendfsync", settings.persistence.fsync],
    ["aof-use-rdb-preamble", "yes"],
    // Redis would take a flipped byte in the middle for an unfinished end, and cut all that follows: the start script
    // judges, and keeps a copy.
    ["aof-load-truncated", "no"],
    ["auto-aof-rewrite-percentage", rewrite.percentage],
    ["auto-aof-rewrite-min-size", rewrite.minSize],
    ["save", settings.persistence.save],
    ["repl-backlog-size", sizing.replicationBacklog],
    // The append-only file has every write and is synced on the way out: an RDB file then would only make a stop
    // longer.
    ["shutdown-on-sigterm", "nosave"],
    // A replica that has to copy everything waits for no other to join it.
    ["repl-diskless-sync-delay", 0],
    ...replicaGuard(settings),
    ...Object.entries(settings.settings),
  ]);
}

/**
 * A master that no replica follows refuses writes, so that one cut off with its clients cannot acknowledge what is lost
 * when it rejoins. It says that it is there each second: a replica that hears nothing for `maxLag` is cut off, and not
 * only idle.
 */
function replicaGuard({ mode, failover }: RedisSettings): [string, number][] {
  if (mode === "standalone") return [];
  return [
    ["min-replicas-to-write", failover.minReplicas],
    ["min-replicas-max-lag", failover.maxLag],
    ["repl-ping-replica-period", 1],
  ];
}
