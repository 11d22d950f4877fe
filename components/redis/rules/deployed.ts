import type { RedisSettings } from "../args";
import type { RedisDeployed } from "../deployed";
import { versionOf } from "./image";
import { parseBytes } from "./quantity";

/**
 * What the settings would leave deployed, as far as that is known before, in the form in which the last deployment was
 * noted, to be compared with it. Pure.
 */
export const describeDeployed = (settings: RedisSettings, cluster?: string, before?: RedisDeployed): RedisDeployed => ({
  mode: settings.mode,
  namespace: settings.namespace,
  ...(settings.mode === "sentinel" && { masterName: settings.masterName }),
  createNamespace: settings.createNamespace,
  protect: settings.persistence.protect,
  cluster,
  ...(settings.persistence.volumes
    ? { volumes: settings.persistence.volumes.map(known) }
    : { size: settings.persistence.size }),
  stopped: settings.stopped,
  passwordGenerated: settings.auth.password === undefined,
  archive: archiveVolume(settings),
  // An image that is named by a digest does not say; what the one before it wrote is still the least that is needed.
  version: versionOf(settings.image) ?? before?.version,
});

const known = (value: unknown): string => (typeof value === "string" ? value : "");

function archiveVolume({ archive }: RedisSettings): RedisDeployed["archive"] {
  if (!archive?.volume || archive.volume.claim !== undefined) return undefined;
  return { size: archive.volume.size };
}

/**
 * The StorageClass that made the archives' volume. Older versions of this program wrote it down beside the one that the
 * arguments named, or that one alone; of one that was neither named nor written down it is not known. Pure.
 */
export const archiveClass = (archive: RedisDeployed["archive"]): string | undefined =>
  archive?.madeBy ?? archive?.storageClass;

/** By how many bytes each volume is to become larger; negative for smaller, 0 where it is not known. Pure. */
export function growth(before?: { size?: string }, after?: { size?: string }): number {
  const [was, is] = [before?.size, after?.size].map((size) => parseBytes(size ?? ""));
  return was === undefined || is === undefined ? 0 : is - was;
}
