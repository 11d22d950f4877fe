import type { RedisSettings } from "../args";
import { mountPath, sentinelPort } from "../contract";
import { directives } from "./directives";

/**
 * sentinel.conf, but for what only the pod knows and its start script adds: who it is, the password, the master of this
 * moment (`sentinel monitor`), and the memory of the sentinel before it. Sentinel reads the lines about a master after
 * the one that names it, wherever they stand. Pure.
 */
export function sentinelConf({ masterName, failover }: RedisSettings): string {
  return directives([
    ["port", sentinelPort],
    ["bind", "* -::*"],
    ["protected-mode", "yes"],
    ["dir", mountPath.data],
    // Addresses only: a slow look-up of a name would block Sentinel into TILT, half a minute without failover.
    ["sentinel resolve-hostnames", "no"],
    ["sentinel deny-scripts-reconfig", "yes"],
    ["sentinel announce-port", sentinelPort],
    [`sentinel down-after-milliseconds ${masterName}`, failover.downAfter],
    [`sentinel failover-timeout ${masterName}`, failover.failoverTimeout],
    [`sentinel parallel-syncs ${masterName}`, failover.parallelSyncs],
  ]);
}
