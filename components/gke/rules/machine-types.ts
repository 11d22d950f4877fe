import { diskTypes, type DiskType } from "../choices";

/** What one machine has. */
export interface Machine {
  cpus: number;
  /** Memory in GB (2^30 bytes), as Google lists it. */
  memoryGb: number;
  /** Disks for data that can be attached to it. */
  disks: readonly DiskType[];
}

/** GB of memory for each vCPU, and the numbers of vCPUs that there are. */
type Kind = readonly [perCpu: number, cpus: string];

interface Family {
  kinds: Record<string, Kind>;
  /** Whether a machine of it may have any even number of vCPUs and any memory. */
  custom?: true;
  disks: readonly DiskType[];
}

const newerDisks = ["pd-balanced", "pd-ssd"] as const;

// https://cloud.google.com/compute/docs/general-purpose-machines and .../compute-optimized-machines, their sizes as in
// Cyclenerd's price list of 2026-08-20. Families that attach Hyperdisk only (n4, c4, ...) are left out: the sentinels'
// small volumes come from the cluster's default StorageClass, which is a Persistent Disk.
// prettier-ignore
const families: Record<string, Family> = {
  e2: { kinds: { standard: [4, "2 4 8 16 32"], highmem: [8, "2 4 8 16"], highcpu: [1, "2 4 8 16 32"] }, custom: true, disks: diskTypes },
  n1: { kinds: { standard: [3.75, "1 2 4 8 16 32 64 96"], highmem: [6.5, "2 4 8 16 32 64 96"], highcpu: [0.9, "2 4 8 16 32 64 96"] }, custom: true, disks: diskTypes },
  n2: { kinds: { standard: [4, "2 4 8 16 32 48 64 80 96 128"], highmem: [8, "2 4 8 16 32 48 64 80 96 128"], highcpu: [1, "2 4 8 16 32 48 64 80 96"] }, custom: true, disks: diskTypes },
  n2d: { kinds: { standard: [4, "2 4 8 16 32 48 64 80 96 128 224"], highmem: [8, "2 4 8 16 32 48 64 80 96"], highcpu: [1, "2 4 8 16 32 48 64 80 96 128 224"] }, custom: true, disks: diskTypes },
  t2d: { kinds: { standard: [4, "1 2 4 8 16 32 48 60"] }, disks: diskTypes },
  c2: { kinds: { standard: [4, "4 8 16 30 60"] }, disks: diskTypes },
  c2d: { kinds: { standard: [4, "2 4 8 16 32 56 112"], highmem: [8, "2 4 8 16 32 56 112"], highcpu: [2, "2 4 8 16 32 56 112"] }, disks: diskTypes },
  c3: { kinds: { standard: [4, "4 8 22 44 88 176"], highmem: [8, "4 8 22 44 88 176"], highcpu: [2, "4 8 22 44 88 176"] }, disks: newerDisks },
  c3d: { kinds: { standard: [4, "4 8 16 30 60 90 180 360"], highmem: [8, "4 8 16 30 60 90 180 360"], highcpu: [2, "4 8 16 30 60 90 180 360"] }, disks: newerDisks },
};

const sharedCore: Record<string, number> = {
  "e2-micro": 1,
  "e2-small": 2,
  "e2-medium": 4,
  "f1-micro": 0.6,
  "g1-small": 1.7,
};

/**
 * What a machine type has; undefined if it is none that this program knows. `n2-custom-4-20480` counts its memory in
 * MB.
 */
export function machineOf(type: string): Machine | undefined {
  if (Object.hasOwn(sharedCore, type)) return { cpus: 1, memoryGb: sharedCore[type]!, disks: diskTypes };
  const [, family = "", kind = "", cpus = "", custom] =
    /^([a-z0-9]+)-([a-z]+)-(\d+)(?:-(\d+)(?:-ext)?)?$/.exec(type) ?? [];
  const known = Object.hasOwn(families, family) ? families[family]! : undefined;
  if (kind === "custom") {
    // Whole pairs of vCPUs, memory in steps of 256 MB.
    const made =
      known?.custom &&
      Number(cpus) > 0 &&
      Number(cpus) % 2 === 0 &&
      custom !== undefined &&
      Number(custom) > 0 &&
      Number(custom) % 256 === 0;
    return made ? { cpus: Number(cpus), memoryGb: Number(custom) / 1024, disks: known.disks } : undefined;
  }
  const [perCpu, sizes] =
    known && custom === undefined && Object.hasOwn(known.kinds, kind) ? known.kinds[kind]! : [0, ""];
  return known && sizes.split(" ").includes(cpus)
    ? { cpus: Number(cpus), memoryGb: perCpu * Number(cpus), disks: known.disks }
    : undefined;
}

/** Why a machine type is none, and what to write instead. */
export function unknownMachine(type: string, instead: string): string {
  const [, family = "", kind = ""] = /^([a-z0-9]+)-([a-z]+)/.exec(type.trim().toLowerCase()) ?? [];
  const sizes =
    Object.hasOwn(families, family) && Object.hasOwn(families[family]!.kinds, kind)
      ? families[family]!.kinds[kind]![1].split(" ")
      : undefined;
  if (sizes) return `is not a machine type: write ${sizes.map((cpus) => `${family}-${kind}-${cpus}`).join(", ")}`;
  return `is not a machine type that this program knows (families ${Object.keys(families).join(", ")}): write e.g. "${instead}"`;
}

/**
 * Memory that GKE leaves to pods, in GB: it keeps 25 % of the first 4 GB, 20 % of the next 4, 10 % of the next 8, 6 %
 * of the next 112 and 2 % of the rest, and evicts below 100 MB. Source:
 * https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes
 */
export function allocatableMemory(memoryGb: number): number {
  let reserved = 0.1;
  let above = 0;
  for (const [upTo, share] of [
    [4, 0.25],
    [8, 0.2],
    [16, 0.1],
    [128, 0.06],
    [Infinity, 0.02],
  ] as const) {
    reserved += Math.max(0, Math.min(memoryGb, upTo) - above) * share;
    above = upTo;
  }
  return memoryGb - reserved;
}

/**
 * vCPUs that GKE leaves to pods: it keeps 6 % of the first, 1 % of the second, 0.5 % of the next two, 0.25 % of the
 * rest. Same source.
 */
export function allocatableCpus(cpus: number): number {
  const reserved = [
    [1, 0.06],
    [1, 0.01],
    [2, 0.005],
    [Infinity, 0.0025],
  ] as const;
  let left = cpus;
  return (
    cpus -
    reserved.reduce((sum, [count, share]) => {
      const counted = Math.min(left, count);
      left -= counted;
      return sum + counted * share;
    }, 0)
  );
}
