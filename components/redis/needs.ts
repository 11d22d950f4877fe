import type { RedisArgs } from "./args";
import { parseBytes } from "./quantity";
import { defaults } from "./settings";
import { deriveSizing, smallestMemory } from "./sizing";

/** What the nodes and the disks have to be enough for. */
export interface Needs {
  /** Pods that hold data, each with a volume of its own. */
  dataPods: number;
  /** Memory of each, in bytes. */
  memory: number;
  /** Size of each volume, in bytes: the one asked for, or the smallest sensible. */
  disk: number;
  /** The most pods of one kind that must all be on different nodes; 0 if they may share. */
  spread: number;
}

/** What arguments ask of the place where Redis is to run. What is malformed counts as its default: it is refused elsewhere. Pure. */
export function needsOf(args: RedisArgs): Needs {
  const standalone = args.mode === "standalone";
  const asked = parseBytes(args.resources?.memory ?? defaults.memory) ?? 0;
  const memory = asked >= smallestMemory ? args.resources?.memory ?? defaults.memory : defaults.memory;
  const replicas = Math.max(1, args.replicas ?? 3);
  return {
    dataPods: standalone ? 1 : replicas,
    memory: parseBytes(memory)!,
    disk: parseBytes(args.persistence?.size ?? "") ?? deriveSizing(memory).smallestDisk,
    spread: args.scheduling?.spread !== "required" ? 0 : standalone ? 1 : Math.max(replicas, args.sentinels ?? 3, args.endpoint?.replicas ?? 2),
  };
}
