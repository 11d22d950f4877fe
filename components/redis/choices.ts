/**
 * How Redis is run. `standalone`: one node. `sentinel`: a master, its replicas, and sentinels that replace a lost
 * master.
 */
export type Mode = (typeof modes)[number];
export const modes = ["standalone", "sentinel"] as const;

/**
 * When the append-only file is synced to disk. `everysec`: each second; a power cut loses at most a second of writes.
 * `always`: before each write is acknowledged; it loses nothing, and each write waits for the disk. `no`: when the
 * kernel likes; it loses up to half a minute.
 */
export type Fsync = (typeof fsyncPolicies)[number];
export const fsyncPolicies = ["everysec", "always", "no"] as const;

/**
 * What is done about data files that are damaged, and not only unfinished at their very end. `stop`: say what is
 * damaged, and wait. `repair`: mend them, with the loss that it takes. `restore`: begin with the archive that `restore`
 * names. `empty`: begin with nothing.
 */
export type OnDamage = (typeof damagePolicies)[number];
export const damagePolicies = ["stop", "repair", "restore", "empty"] as const;

/** Whether pods of one kind must run on different nodes, or only do so where there are enough. */
export type Spread = (typeof spreads)[number];
export const spreads = ["preferred", "required"] as const;

/** Whether a value is one of the choices. */
export const isOneOf = (choices: readonly string[], value: unknown): boolean => choices.includes(value as string);
