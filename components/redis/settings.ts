import { archiveRoot } from "./rules/archive-names";
import type { ArchiveArgs, ArchiveSettings, RedisArgs, RedisSettings } from "./args";
import { Gi } from "./rules/quantity";
import { deriveSizing } from "./rules/sizing";
import { defaults, majority } from "./defaults";

/** Fills in every default. The arguments must have passed {@link findMistakes}. */
export function withDefaults(name: string, stack: string, args: RedisArgs): RedisSettings {
  const replicas = args.mode === "standalone" ? 1 : (args.replicas ?? defaults.replicas);
  const sentinels = args.sentinels ?? defaults.sentinels;
  const memory = args.resources?.memory ?? defaults.memory;
  return {
    mode: args.mode,
    namespace: args.namespace ?? name,
    createNamespace: args.createNamespace ?? true,
    stopped: args.stopped ?? false,
    image: args.image ?? defaults.image,
    replicas,
    sentinels,
    quorum: args.quorum ?? majority(sentinels),
    masterName: args.masterName ?? `${stack}-${name}`,
    resources: { memory, cpu: args.resources?.cpu ?? defaults.cpu },
    persistence: {
      size: args.persistence?.size ?? `${deriveSizing(memory).smallestDisk / Gi}Gi`,
      storageClass: args.persistence?.storageClass,
      volumes: args.persistence?.volumes,
      protect: args.persistence?.protect ?? false,
      discard: args.persistence?.discard ?? [],
      fsync: args.persistence?.fsync ?? defaults.fsync,
      save: args.persistence?.save ?? defaults.save,
      onDamage: args.persistence?.onDamage ?? defaults.onDamage,
    },
    auth: args.auth ?? {},
    failover: {
      downAfter: args.failover?.downAfter ?? defaults.failover.downAfter,
      failoverTimeout: args.failover?.failoverTimeout ?? defaults.failover.failoverTimeout,
      parallelSyncs: args.failover?.parallelSyncs ?? defaults.failover.parallelSyncs,
      // With a single replica it would turn each restart of it into an outage.
      minReplicas: args.failover?.minReplicas ?? (replicas > 2 ? 1 : 0),
      maxLag: args.failover?.maxLag ?? defaults.failover.maxLag,
    },
    endpoint: {
      image: args.endpoint?.image ?? defaults.endpoint.image,
      replicas: args.endpoint?.replicas ?? defaults.endpoint.replicas,
    },
    scheduling: { ...args.scheduling, spread: args.scheduling?.spread ?? defaults.spread },
    kernel: { enforce: args.kernel?.enforce ?? false },
    archive: args.archive && archiveDefaults(name, memory, args, args.archive),
    restore: args.restore,
    settings: args.settings ?? {},
  };
}

function archiveDefaults(name: string, memory: string, args: RedisArgs, archive: ArchiveArgs): ArchiveSettings {
  const {
    schedule = defaults.archive.schedule,
    hourly = defaults.archive.hourly,
    daily = defaults.archive.daily,
    drill = defaults.archive.drill,
  } = archive;
  // An RDB file is rarely larger than the data in memory; one more is being written while all are there.
  const room = Math.ceil(((hourly + daily + 1) * deriveSizing(memory).maxmemory) / Gi);
  return {
    schedule,
    hourly,
    daily,
    drill,
    bucket: archive.bucket,
    s3: archive.s3,
    volume: archive.volume && { ...archive.volume, size: archive.volume.size ?? `${room}Gi` },
    root: archiveRoot(name, args),
    protect: archive.protect ?? true,
    image: archive.image ?? defaults.archive.image,
  };
}
