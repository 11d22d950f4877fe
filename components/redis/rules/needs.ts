import type { RedisArgs } from "../args";
import { parseBytes, parseCpus } from "./quantity";
import { defaults } from "../defaults";
import { deriveSizing, smallestMemory } from "./sizing";

/** What the nodes and the disks have to be enough for. */
export interface Needs {
  /** Pods that hold data, each with a volume of its own. */
  dataPods: number;
  /** Memory of each. */
  memoryBytes: number;
  /** Processors that each asks for. */
  cpus: number;
  /** Size of each volume that was asked for, in bytes; undefined if none was. */
  disk?: number;
  /** The smallest sensible size of it. */
  smallestDisk: number;
  /** The most pods of one kind that must all be on different nodes; 0 if they may share. */
  spread: number;
}

/**
 * What arguments ask of the place where Redis is to run. What is malformed counts as its default: it is refused
 * elsewhere. Pure.
 */
export function needsOf(args: RedisArgs): Needs {
  const standalone = args.mode === "standalone";
  const asked = parseBytes(args.resources?.memory ?? defaults.memory) ?? 0;
  const memory = asked >= smallestMemory ? (args.resources?.memory ?? defaults.memory) : defaults.memory;
  const replicas = Math.max(1, args.replicas ?? defaults.replicas);
  return {
    dataPods: standalone ? 1 : replicas,
    memoryBytes: parseBytes(memory)!,
    cpus: parseCpus(args.resources?.cpu ?? defaults.cpu) ?? parseCpus(defaults.cpu)!,
    disk: parseBytes(args.persistence?.size ?? ""),
    smallestDisk: deriveSizing(memory).smallestDisk,
    spread:
      args.scheduling?.spread !== "required"
        ? 0
        : standalone
          ? 1
          : Math.max(
              replicas,
              args.sentinels ?? defaults.sentinels,
              args.endpoint?.replicas ?? defaults.endpoint.replicas,
            ),
  };
}

/**
 * What only the cluster can tell: whether it has a node for each pod that must have one of its own. Said where that is
 * more than usual.
 */
export function spreadWarnings(args: RedisArgs): string[] {
  const { spread } = needsOf(args);
  return spread <= 3
    ? []
    : [
        `scheduling.spread: "required" puts up to ${spread} pods of one kind on as many nodes: with fewer the rest stay Pending. Have ${spread} nodes, or write "preferred"`,
      ];
}
