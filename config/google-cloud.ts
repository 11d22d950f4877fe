import * as fs from "node:fs";
import * as path from "node:path";
import {
  authPlugin,
  findMistakes,
  nodeSelector,
  smallestDiskGib,
  tolerations,
  type GoogleCloudArgs,
} from "redis-gke/gke";
import { archiveRoot, defaults, needsOf, objectName, type Mistake, type RedisArgs } from "redis-gke/redis";
import type { Parsed } from "./schema";

/** What the Google Cloud half of a stack is made from; none without the block `cluster`. */
export type GoogleCloudConfig = Omit<GoogleCloudArgs, "before" | "describe">;

/** Labels that nodes have by themselves. */
const labelOfGoogle = /(^|\.)(kubernetes\.io|k8s\.io|gke\.io|cloud\.google\.com)\//;

/** Where an argument has another name than its key. */
const keys: Record<string, string> = {
  project: "gcp:project",
  name: "cluster.name",
  cluster: "kubernetes.context",
  "workload.diskSize": "persistence.size",
};

/** The same mistakes, each at the key that a person wrote. */
export const atKeys = (mistakes: readonly Mistake[]): Mistake[] =>
  mistakes.map(({ property, value, reason }) => ({
    property: keys[property] ?? property,
    value: property === "workload.diskSize" ? `${String(value)}Gi` : value,
    reason,
  }));

/**
 * The Google Cloud half of a stack, and all that is wrong with it; undefined for a stack that runs on somebody else's
 * cluster.
 */
export function googleCloud(
  parsed: Partial<Parsed>,
  redis: RedisArgs,
  project: string | undefined,
  stack: string,
): { google?: GoogleCloudConfig; mistakes: Mistake[] } {
  const { cluster, nodePool, disk, kubernetes, persistence } = parsed;
  const mistakes: Mistake[] = [];
  const refuse = (property: string, value: unknown, reason: string) => mistakes.push({ property, value, reason });
  if (!cluster) {
    if (nodePool)
      refuse("nodePool", undefined, "belongs to a cluster on Google Cloud: write cluster.location, or take it out");
    if (disk) refuse("disk", undefined, "belongs to a cluster on Google Cloud: write cluster.location, or take it out");
    return { mistakes };
  }
  if (kubernetes)
    refuse("kubernetes", undefined, "stands beside cluster, which brings its own way in: keep one of the two");
  for (const key of ["volumes", "protect"] as const) {
    if (persistence?.[key] !== undefined)
      refuse(
        `persistence.${key}`,
        persistence[key],
        "is for volumes that others made; the ones on Google Cloud are made here: use the block disk",
      );
  }
  for (const [label, value] of Object.entries(parsed.scheduling?.nodeSelector ?? {})) {
    if (!labelOfGoogle.test(label))
      refuse(
        `scheduling.nodeSelector.${label}`,
        value,
        "is a label that no node of the pool has, so that no pod would ever start: the pods go to nodes of their own anyway, take it out",
      );
  }
  if (project === undefined)
    refuse(
      "gcp:project",
      undefined,
      "is missing: pulumi config set gcp:project PROJECT (`gcloud projects list` shows yours)",
    );
  if (cluster.location === undefined)
    refuse("cluster.location", undefined, `is missing: write a zone ("europe-west1-b") or a region ("europe-west1")`);
  const { name = `redis-${stack}`, location = "europe-west1-b", ...rest } = cluster;
  const { disk: asked, smallestDisk, ...workload } = needsOf(redis);
  const google: GoogleCloudConfig = {
    project: project ?? "unknown-project",
    name,
    cluster: { ...rest, location },
    nodePool,
    disk,
    archive: archiveBucket(redis),
    workload: {
      ...workload,
      diskSize: asked === undefined ? Math.max(smallestDiskGib, Math.ceil(smallestDisk / 2 ** 30)) : asked / 2 ** 30,
    },
  };
  return { google, mistakes: [...mistakes, ...atKeys(findMistakes(google))] };
}

/**
 * What the component is called: the data pods, their claims and the archives' folder and ServiceAccount are named after
 * it.
 */
export const redisName = "redis";

/**
 * Whether the archives go to a bucket of Google's: one that is named, or one that is made where no other destination
 * is.
 */
const toBucket = ({ archive }: RedisArgs): boolean =>
  archive !== undefined && archive.s3 === undefined && archive.volume === undefined;

function archiveBucket(redis: RedisArgs): GoogleCloudConfig["archive"] {
  if (!toBucket(redis)) return undefined;
  const { bucket, protect, daily = defaults.archive.daily } = redis.archive!;
  return {
    existing: bucket as string | undefined,
    protect,
    root: archiveRoot(redisName, redis),
    daily,
    writer: { namespace: redis.namespace!, serviceAccount: objectName.archive(redisName) },
  };
}

/** What is asked of Redis, with the bucket that will be made for it. */
export const withBucket = (redis: RedisArgs): RedisArgs =>
  toBucket(redis) && redis.archive!.bucket === undefined
    ? { ...redis, archive: { ...redis.archive, bucket: "made-with-the-stack" } }
    : redis;

/** Pods that go to the nodes that were made for them, besides where the person sends them. */
export function onDedicatedNodes({ scheduling = {}, ...redis }: RedisArgs): RedisArgs {
  return {
    ...redis,
    scheduling: {
      ...scheduling,
      nodeSelector: { ...(scheduling.nodeSelector as object), ...nodeSelector },
      tolerations: [...((scheduling.tolerations as [] | undefined) ?? []), ...tolerations],
    },
  };
}

/** What is missing on this machine; undefined if nothing is. */
export function missingAuthPlugin(searchPath = process.env.PATH ?? ""): Mistake | undefined {
  const found = searchPath
    .split(path.delimiter)
    .some((folder) => folder !== "" && fs.existsSync(path.join(folder, authPlugin.command)));
  return found
    ? undefined
    : {
        property: "cluster",
        value: undefined,
        reason: `is reached through ${authPlugin.command}, which is not on the PATH: ${authPlugin.install}`,
      };
}
