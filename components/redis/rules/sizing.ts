import { formatMi, Gi, Mi, parseBytes } from "./quantity";

/** What a pod's memory limit means for Redis; all in bytes. */
export interface Sizing {
  /** The pod's memory limit. */
  limit: number;
  /** Where Redis starts to refuse writes (or to evict, if `maxmemory-policy` says so). */
  maxmemory: number;
  /** How much a replica may miss and still catch up without a full copy. */
  replicationBacklog: number;
  /** Free for the pages that are written while a fork saves or rewrites. */
  copyOnWriteHeadroom: number;
  /** The smallest volume on which a rewrite never runs out of room; a multiple of a Gi. */
  smallestDisk: number;
}

/** The program itself, its clients' buffers, and the start and probe scripts beside it. */
const overhead = 32 * Mi;

/** The smallest limit that leaves Redis something to work with. */
export const smallestMemory = 64 * Mi;

const clamp = (low: number, value: number, high: number) => Math.min(Math.max(value, low), high);

/** When Redis writes its append-only file anew. */
export interface RewriteThresholds {
  /** By how much of its size after the last rewrite it may have grown, in percent. */
  percentage: number;
  /** Below this size it is left alone, in bytes. */
  minSize: number;
}

/**
 * How far the append-only file may grow on a volume of `disk` bytes before it is rewritten. At its fullest the volume
 * holds the base of the append-only file, the RDB file, and the file that a rewrite or a save is writing (Redis does
 * one at a time), each as large as the data at most; a tenth is kept free for what is written meanwhile. What is left
 * is for growth:
 *
 *     percentage = (9/10 * disk - 3 * maxmemory) / maxmemory, between 50 % and Redis's own 100 %
 *     min size   = disk / 16, between Redis's own 64 Mi and 256 Mi
 *
 * A longer log only takes longer to load; little data is not written anew for every few writes.
 */
export function deriveRewriteThresholds(memory: string, disk: number): RewriteThresholds {
  const { maxmemory } = deriveSizing(memory);
  return {
    percentage: clamp(50, Math.floor((90 * disk - 300 * maxmemory) / maxmemory), 100),
    minSize: clamp(64 * Mi, Math.floor(disk / 16 / Mi) * Mi, 256 * Mi),
  };
}

/**
 * Derives everything that depends on the memory limit, in this one place:
 *
 *     backlog   = limit / 16, between 1 Mi and 512 Mi
 *     maxmemory = (limit - 32 Mi - backlog) * 3/4
 *     headroom  = a third of maxmemory (what is left): a fork copies each page that is written while it runs
 *     disk      = 4 * maxmemory, in whole Gi: the data in the base of the append-only file, in the RDB file, and in
 *                 the file that a rewrite or a save is writing; the fourth is for the log to grow in, see
 *                 {@link deriveRewriteThresholds}
 */
export function deriveSizing(memory: string): Sizing {
  const limit = parseBytes(memory);
  if (limit === undefined || limit < smallestMemory)
    throw new RangeError(`resources.memory "${memory}" is not a quantity of at least ${formatMi(smallestMemory)}`);
  const replicationBacklog = clamp(1 * Mi, Math.floor(limit / 16 / Mi) * Mi, 512 * Mi);
  const available = limit - overhead - replicationBacklog;
  const maxmemory = Math.floor((available * 3) / 4 / Mi) * Mi;
  return {
    limit,
    maxmemory,
    replicationBacklog,
    copyOnWriteHeadroom: available - maxmemory,
    smallestDisk: Math.ceil((4 * maxmemory) / Gi) * Gi,
  };
}
