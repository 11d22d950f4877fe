import type { Workload } from "../../workload";
import type { RedisArgs } from "../args";
import { parseBytes, parseCpus } from "./quantity";
import { defaults } from "../defaults";
import { deriveSizing, smallestMemory } from "./sizing";

/** What the nodes and the disks have to be enough for. */
export interface Needs extends Workload {
  /** Size of each volume that was asked for, in bytes; undefined if none was. */
  disk?: number;
  /** The smallest sensible size of a volume, in bytes. */
  smallestDisk: number;
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
    nodesApart:
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
  const { nodesApart } = needsOf(args);
  return nodesApart <= 3
    ? []
    : [
        `scheduling.spread: "required" puts up to ${nodesApart} pods of one kind on as many nodes: with fewer the rest stay Pending. Have ${nodesApart} nodes, or write "preferred"`,
      ];
}
