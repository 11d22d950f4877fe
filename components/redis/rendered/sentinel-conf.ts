import { mountPath, sentinelPort } from "../contract";
import { directives } from "./directives";

/** sentinel.conf, but for what the start script adds: identity, password, and the memory of the sentinel before it. */
export function sentinelConf(): string {
  return directives([
    ["port", sentinelPort],
    ["bind", "* -::*"],
    ["protected-mode", "yes"],
    ["dir", mountPath.data],
    // Addresses only: a slow look-up of a name would block Sentinel into TILT, half a minute without failover.
    ["sentinel resolve-hostnames", "no"],
    ["sentinel deny-scripts-reconfig", "yes"],
  ]);
}
