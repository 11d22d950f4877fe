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
  /** The smallest volume on which a rewrite never runs out of room, in whole Gi. */
  smallestDisk: number;
}

/** The program itself, its clients' buffers, and the start and probe scripts beside it. */
const overhead = 32 * Mi;

/** The smallest limit that leaves Redis something to work with. */
export const smallestMemory = 64 * Mi;

const clamp = (low: number, value: number, high: number) => Math.min(Math.max(value, low), high);

/**
 * Derives everything that depends on the memory limit, in this one place:
 *
 *     backlog   = limit / 16, between 1 Mi and 512 Mi
 *     maxmemory = (limit - 32 Mi - backlog) * 3/4
 *     headroom  = a third of maxmemory (what is left): a fork copies each page that is written while it runs
 *     disk      = 4 * maxmemory, in whole Gi: the append-only file may grow to twice the data before it is rewritten, the RDB file
 *                 is the third copy, and the file that a rewrite or a save is writing the fourth
 */
export function deriveSizing(memory: string): Sizing {
  const limit = parseBytes(memory);
  if (limit === undefined || limit < smallestMemory) throw new RangeError(`resources.memory "${memory}" is not a quantity of at least ${formatMi(smallestMemory)}`);
  const replicationBacklog = clamp(1 * Mi, Math.floor(limit / 16 / Mi) * Mi, 512 * Mi);
  const available = limit - overhead - replicationBacklog;
  const maxmemory = Math.floor((available * 3) / 4 / Mi) * Mi;
  return { limit, maxmemory, replicationBacklog, copyOnWriteHeadroom: available - maxmemory, smallestDisk: Math.ceil((4 * maxmemory) / Gi) * Gi };
}
