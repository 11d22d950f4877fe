import type { Mistake } from "../../mistake";
import type { RedisArgs } from "../args";
import { fsyncPolicies, isOneOf } from "../choices";
import { defaults } from "../defaults";
import { formatMi, Gi, nearestQuantity, parseBytes, parseCpus } from "./quantity";
import { deriveSizing, smallestMemory } from "./sizing";

const savePoints = /^\s*\d+\s+\d+(\s+\d+\s+\d+)*\s*$/;

function quantityReason(value: string, smallest: string): string {
  const meant = nearestQuantity(value);
  return `is not a quantity in Mi or Gi: write ${meant && parseBytes(meant)! >= parseBytes(smallest)! ? `"${meant}"` : `e.g. "${smallest}"`}`;
}

export function memoryMistakes(args: RedisArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  const { memory, cpu } = args.resources ?? {};
  if (memory !== undefined) {
    const bytes = parseBytes(memory);
    if (bytes === undefined)
      mistakes.push({ property: "resources.memory", value: memory, reason: quantityReason(memory, defaults.memory) });
    else if (bytes < smallestMemory)
      mistakes.push({
        property: "resources.memory",
        value: memory,
        reason: `is too little for Redis and a fork of it: write at least "${formatMi(smallestMemory)}"`,
      });
  }
  if (cpu !== undefined && parseCpus(cpu) === undefined)
    mistakes.push({ property: "resources.cpu", value: cpu, reason: `is not a CPU quantity: write e.g. "250m" or "2"` });
  return mistakes;
}

export function persistenceMistakes(args: RedisArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  const { size, fsync, save } = args.persistence ?? {};
  if (fsync !== undefined && !isOneOf(fsyncPolicies, fsync)) {
    mistakes.push({
      property: "persistence.fsync",
      value: fsync,
      reason: `must be "everysec" (a crash loses at most a second), "always" (nothing, slower) or "no" (up to half a minute)`,
    });
  }
  if (save !== undefined && !savePoints.test(save))
    mistakes.push({
      property: "persistence.save",
      value: save,
      reason: `must be pairs of seconds and changes, e.g. "${defaults.save}"`,
    });
  if (size !== undefined) {
    const bytes = parseBytes(size);
    const memory = args.resources?.memory ?? defaults.memory;
    const memoryBytes = parseBytes(memory);
    if (bytes === undefined)
      mistakes.push({ property: "persistence.size", value: size, reason: quantityReason(size, "1Gi") });
    else if (memoryBytes !== undefined && memoryBytes >= smallestMemory && bytes < deriveSizing(memory).smallestDisk) {
      mistakes.push({
        property: "persistence.size",
        value: size,
        reason: `is too small for ${memory} of memory (see sizing.ts): write at least "${deriveSizing(memory).smallestDisk / Gi}Gi"`,
      });
    }
  }
  return mistakes;
}

export function volumeMistakes({ mode, replicas = defaults.replicas, persistence = {} }: RedisArgs): Mistake[] {
  const { volumes } = persistence;
  if (volumes === undefined) return [];
  const dataPods = mode === "standalone" ? 1 : replicas;
  return volumes.length === dataPods
    ? []
    : [
        {
          property: "persistence.volumes",
          value: volumes,
          reason: `has to name a volume for each data pod: ${dataPods}`,
        },
      ];
}
