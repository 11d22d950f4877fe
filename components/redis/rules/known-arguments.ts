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

/**
 * Whether an argument is in a block of secrets, or a directive that a person may take for the way to set the password:
 * nothing of these is printed, not even a misspelt argument's value.
 */
export const isSecretArgument = (property: string): boolean =>
  /^(auth|archive\.s3|settings\.(requirepass|masterauth|masteruser|user|aclfile))\b/i.test(property);

/** Arguments that there are not, for callers without a compiler: another language, or plain JavaScript. Pure. */
export const unknownArguments = (args: RedisArgs): Mistake[] => unknownIn(args, knownArguments, []);

function unknownIn(block: object, known: Names, at: readonly string[]): Mistake[] {
  return Object.entries(block).flatMap(([name, value]: [string, unknown]): Mistake[] => {
    const names = Object.hasOwn(known, name) ? known[name] : undefined;
    if (names === undefined) return [unknownName("argument", [...at, name], Object.keys(known), value)];
    const isBlock = names !== true && typeof value === "object" && value !== null && !pulumi.Output.isInstance(value);
    return isBlock ? unknownIn(value, names, [...at, name]) : [];
  });
}

/**
 * The mistake of a name that does not exist, at a path of blocks: it tells the name that was meant, or all that are
 * known in its block. `meant` is that name's whole path, for one that is too far off to be guessed. Pure.
 */
export function unknownName(
  kind: "argument" | "key",
  at: readonly string[],
  known: readonly string[],
  value: unknown,
  meant = nearestAt(at, known),
): Mistake {
  const property = at.join(".");
  return {
    property,
    value: isSecretArgument(property) || isSecretArgument(meant ?? "") ? "[secret]" : withoutSecrets(at.at(-1)!, value),
    reason: `is not a known ${kind}: ${meant ? `did you mean ${meant}?` : `the known ones are ${known.join(", ")}`}`,
  };
}

const secretNames = ["password", "accessKeyId", "secretAccessKey"];

/** A misspelt password is one all the same, and so is one in a misspelt block: the message would show it. */
function withoutSecrets(name: string, value: unknown): unknown {
  if (nearest(name, secretNames)) return "[secret]";
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return value;
  if (Array.isArray(value)) return value.map((each) => withoutSecrets("", each));
  return Object.fromEntries(Object.entries(value).map(([inner, each]) => [inner, withoutSecrets(inner, each)]));
}

function nearestAt(at: readonly string[], known: readonly string[]): string | undefined {
  const guess = nearest(at.at(-1)!, known);
  return guess && [...at.slice(0, -1), guess].join(".");
}
