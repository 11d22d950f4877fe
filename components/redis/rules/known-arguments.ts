import * as pulumi from "@pulumi/pulumi";
import type { Mistake } from "../../mistake";
import { nearest } from "../../nearest";
import type {
  ArchiveArgs,
  ArchiveVolumeArgs,
  AuthArgs,
  EndpointArgs,
  FailoverArgs,
  KernelArgs,
  PersistenceArgs,
  RedisArgs,
  ResourcesArgs,
  RestoreArgs,
  S3Args,
  SchedulingArgs,
} from "../args";

/** The names of a block's arguments: those in it, or `true` for what is looked into no further. */
interface Names {
  [name: string]: true | Names;
}
type NamesOf<Args> = Record<keyof Required<Args>, true | Names>;

/** Every argument by name. The compiler holds each block against its interface: none is missing, and none too many. */
export const knownArguments = {
  before: true,
  describe: true,
  cluster: true,
  passwordBefore: true,
  mode: true,
  namespace: true,
  createNamespace: true,
  stopped: true,
  image: true,
  settings: true,
  replicas: true,
  sentinels: true,
  quorum: true,
  masterName: true,
  resources: { memory: true, cpu: true } satisfies NamesOf<ResourcesArgs>,
  persistence: {
    size: true,
    storageClass: true,
    volumes: true,
    protect: true,
    discard: true,
    fsync: true,
    save: true,
    onDamage: true,
  } satisfies NamesOf<PersistenceArgs>,
  auth: { password: true } satisfies NamesOf<AuthArgs>,
  failover: {
    downAfter: true,
    failoverTimeout: true,
    parallelSyncs: true,
    minReplicas: true,
    maxLag: true,
  } satisfies NamesOf<FailoverArgs>,
  endpoint: { image: true, replicas: true } satisfies NamesOf<EndpointArgs>,
  scheduling: { spread: true, nodeSelector: true, tolerations: true } satisfies NamesOf<SchedulingArgs>,
  kernel: { enforce: true } satisfies NamesOf<KernelArgs>,
  archive: {
    schedule: true,
    hourly: true,
    daily: true,
    drill: true,
    bucket: true,
    s3: {
      endpoint: true,
      bucket: true,
      region: true,
      accessKeyId: true,
      secretAccessKey: true,
    } satisfies NamesOf<S3Args>,
    volume: { claim: true, size: true, storageClass: true } satisfies NamesOf<ArchiveVolumeArgs>,
    root: true,
    protect: true,
    image: true,
  } satisfies NamesOf<ArchiveArgs>,
  restore: { from: true, root: true } satisfies NamesOf<RestoreArgs>,
} satisfies NamesOf<RedisArgs>;

/** Of blocks of which nothing is ever printed, not even what a misspelt argument in them is given. */
export const isSecretArgument = (property: string): boolean => /^(auth|archive\.s3)\b/.test(property);

/** Arguments that there are not, for callers without a compiler: another language, or plain JavaScript. Pure. */
export const unknownArguments = (args: RedisArgs): Mistake[] => unknownIn(args, knownArguments, []);

function unknownIn(block: object, known: Names, at: readonly string[]): Mistake[] {
  return Object.entries(block).flatMap(([name, value]: [string, unknown]): Mistake[] => {
    const names = Object.hasOwn(known, name) ? known[name] : undefined;
    if (names === undefined) return [unknown([...at, name], Object.keys(known), value)];
    const isBlock = names !== true && typeof value === "object" && value !== null && !pulumi.Output.isInstance(value);
    return isBlock ? unknownIn(value, names, [...at, name]) : [];
  });
}

function unknown(at: readonly string[], known: readonly string[], value: unknown): Mistake {
  const guess = nearest(at.at(-1)!, known);
  const property = at.join(".");
  return {
    property,
    // A misspelt password is one all the same.
    value: isSecretArgument(property) ? "[secret]" : value,
    reason: `is not a known argument: ${guess ? `did you mean ${[...at.slice(0, -1), guess].join(".")}?` : `the known ones are ${known.join(", ")}`}`,
  };
}
