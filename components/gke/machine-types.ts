import type { DiskType } from "./args";

/** What one machine has. */
export interface Machine {
  /** Memory in GB (2^30 bytes), as Google lists it. */
  memory: number;
  /** Disks for data that can be attached to it. */
  disks: readonly DiskType[];
}

interface Family {
  /** GB of memory for each vCPU, by class. */
  perCpu: Record<string, number>;
  disks: readonly DiskType[];
}

const allDisks = ["pd-standard", "pd-balanced", "pd-ssd"] as const;
const newerDisks = ["pd-balanced", "pd-ssd"] as const;

// https://cloud.google.com/compute/docs/general-purpose-machines and .../compute-optimized-machines. Families that attach Hyperdisk only
// (n4, c4, ...) are left out: the sentinels' small volumes come from the cluster's default StorageClass, which is a Persistent Disk.
const families: Record<string, Family> = {
  e2: { perCpu: { standard: 4, highmem: 8, highcpu: 1 }, disks: allDisks },
  n1: { perCpu: { standard: 3.75, highmem: 6.5, highcpu: 0.9 }, disks: allDisks },
  n2: { perCpu: { standard: 4, highmem: 8, highcpu: 1 }, disks: allDisks },
  n2d: { perCpu: { standard: 4, highmem: 8, highcpu: 1 }, disks: allDisks },
  t2d: { perCpu: { standard: 4 }, disks: allDisks },
  c2: { perCpu: { standard: 4 }, disks: allDisks },
  c2d: { perCpu: { standard: 4, highmem: 8, highcpu: 2 }, disks: allDisks },
  c3: { perCpu: { standard: 4, highmem: 8, highcpu: 2 }, disks: newerDisks },
  c3d: { perCpu: { standard: 4, highmem: 8, highcpu: 2 }, disks: newerDisks },
};

const sharedCore: Record<string, number> = { "e2-micro": 1, "e2-small": 2, "e2-medium": 4, "f1-micro": 0.6, "g1-small": 1.7 };

export const knownFamilies = Object.keys(families);

/** What a machine type has; undefined if it is none that this program knows. `n2-custom-4-20480` counts its memory in MB. */
export function machineOf(type: string): Machine | undefined {
  if (sharedCore[type] !== undefined) return { memory: sharedCore[type], disks: allDisks };
  const [, family = "", kind = "", cpus, custom] = /^([a-z0-9]+)-([a-z]+)-(\d+)(?:-(\d+)(?:-ext)?)?$/.exec(type) ?? [];
  const known = families[family];
  if (!known || (kind === "custom") !== (custom !== undefined)) return undefined;
  if (custom !== undefined) return { memory: Number(custom) / 1024, disks: known.disks };
  const perCpu = known.perCpu[kind];
  return perCpu === undefined || Number(cpus) === 0 ? undefined : { memory: perCpu * Number(cpus), disks: known.disks };
}

/**
 * Memory that GKE leaves to pods, in GB: it keeps 25 % of the first 4 GB, 20 % of the next 4, 10 % of the next 8, 6 % of the next 112 and
 * 2 % of the rest, and evicts below 100 MB. Source: https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes
 */
export function allocatableMemory(memory: number): number {
  let reserved = 0.1;
  let above = 0;
  for (const [upTo, share] of [[4, 0.25], [8, 0.2], [16, 0.1], [128, 0.06], [Infinity, 0.02]] as const) {
    reserved += Math.max(0, Math.min(memory, upTo) - above) * share;
    above = upTo;
  }
  return memory - reserved;
}
