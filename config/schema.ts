import { z } from "zod";
import { damagePolicies, fsyncPolicies, modes, spreads } from "redis-gke/redis";
import { diskTypes, releaseChannels } from "redis-gke/gke";

/** A block of keys, none of which has to be there. */
const block = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).partial().optional();
const text = z.string();
const texts = z.array(text);
/** YAML reads `4096` as a number; what is meant is text. */
const values = z.record(text, z.union([text, z.number()]).transform(String));

/** The keys of a stack's config file; their prose and defaults stand in Pulumi.yaml. */
export const schema = z.strictObject({
  mode: z.enum(modes),
  kubernetes: block({ kubeconfig: text, context: text }),
  cluster: block({
    location: text,
    name: text,
    existing: text,
    releaseChannel: z.enum(releaseChannels),
    maintenanceStart: text,
    deletionProtection: z.boolean(),
    authorizedNetworks: texts,
    ranges: block({ nodes: text, pods: text, services: text, controlPlane: text }),
  }),
  nodePool: block({ machineType: text, zones: texts, nodesPerZone: z.number(), sysctls: values, metadata: values }),
  disk: block({
    type: z.enum(diskTypes),
    replicaZones: texts,
    adopt: texts,
    protect: z.boolean(),
    discard: texts,
    snapshots: block({ everyHours: z.number(), startTime: text, retentionDays: z.number() }),
  }),
  namespace: text.optional(),
  createNamespace: z.boolean().optional(),
  stopped: z.boolean().optional(),
  image: text.optional(),
  replicas: z.number().optional(),
  sentinels: z.number().optional(),
  quorum: z.number().optional(),
  masterName: text.optional(),
  resources: block({ memory: text, cpu: text }),
  persistence: block({
    size: text,
    storageClass: text,
    volumes: texts,
    protect: z.boolean(),
    discard: texts,
    fsync: z.enum(fsyncPolicies),
    save: text,
    onDamage: z.enum(damagePolicies),
  }),
  auth: block({ password: text, passwordFile: text }),
  failover: block({
    downAfter: z.number(),
    failoverTimeout: z.number(),
    parallelSyncs: z.number(),
    minReplicas: z.number(),
    maxLag: z.number(),
  }),
  endpoint: block({ image: text, replicas: z.number() }),
  scheduling: block({
    spread: z.enum(spreads),
    nodeSelector: z.record(text, text),
    tolerations: z.array(
      z.strictObject({ key: text, operator: text, value: text, effect: text, tolerationSeconds: z.number() }).partial(),
    ),
  }),
  kernel: block({ enforce: z.boolean(), tune: z.boolean() }),
  archive: block({
    schedule: text,
    hourly: z.number(),
    daily: z.number(),
    bucket: text,
    s3: z
      .strictObject({ endpoint: text, bucket: text, region: text.optional(), accessKeyId: text, secretAccessKey: text })
      .optional(),
    volume: block({ claim: text, size: text, storageClass: text }),
    root: text,
    drill: z.union([text, z.literal(false)]),
    protect: z.boolean(),
    image: text,
  }),
  restore: z.strictObject({ from: text, root: text.optional() }).optional(),
  settings: values.optional(),
});

export type Parsed = z.output<typeof schema>;

/** What is planned but not there yet: refused rather than ignored. */
export const notYet = ["tls", "metrics", "networkPolicy"];

/** What the schema says of a key, whether it is optional or not; undefined for a key that it does not know. */
function typeAt(path: readonly string[]): unknown {
  return path.reduce<unknown>((type, key) => {
    const inner = type instanceof z.ZodObject ? (type.shape as Record<string, unknown>)[key] : undefined;
    return required(inner);
  }, schema);
}

/** Optional is said twice of a block within a block. */
const required = (type: unknown): unknown => (type instanceof z.ZodOptional ? required(type.unwrap()) : type);

/** The keys that a block has; none for anything that is not a block. */
export function keysAt(path: readonly string[]): string[] {
  const type = typeAt(path);
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}

/** Whether a key's value is text as it stands, and not JSON. */
export function isText(key: string): boolean {
  const type = typeAt([key]);
  return type instanceof z.ZodString || type instanceof z.ZodEnum;
}

/** Every key of a config file, by its path: what Pulumi.yaml has to describe. */
export const knownPaths = (path: readonly string[] = []): string[] =>
  keysAt(path).flatMap((key) =>
    keysAt([...path, key]).length > 0 ? knownPaths([...path, key]) : [[...path, key].join(".")],
  );
