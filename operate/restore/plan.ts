import type { V1CronJob } from "@kubernetes/client-node";
import { restoreChoice, timeOf } from "../../components/redis/rules/restore-choice";
import type { Listed } from "../archives/list";
import { age } from "../status/archive";

/** A stack to be made beside another one, whose config it copies. */
export interface NewStack {
  stack: string;
  namespace: string;
  /** Config keys that it has otherwise, as paths. */
  set: Record<string, string>;
  /** Config keys that it must not have: what they name is the other one's. */
  remove: string[];
}

const forms = `"latest", the name of an archive, or a time with its zone ("2026-11-25T07:00Z"), for the newest archive that is not after it`;

/** The archive that FROM means, of those that count. */
export function chooseArchive(found: readonly Listed[], from: string | undefined, now: number): Listed {
  // The day's is in both folders.
  const good = found
    .filter(
      ({ state, name }, index) =>
        state === "checked" && found.findIndex((other) => other.name === name && other.state === state) === index,
    )
    .sort((a, b) => b.name.localeCompare(a.name));
  if (good.length === 0)
    throw new Error(
      `There is no archive that could be restored${found.length > 0 ? `: of ${found.length} none is whole` : ""}. make archive takes one now, make archives shows what there is.`,
    );
  const thereIs = `There ${good.length === 1 ? "is one" : `are ${good.length}`}, the latest ${good[0]!.name} (${age(now - timeOf(good[0]!.name))} old), the oldest ${good.at(-1)!.name}; make archives shows them all.`;
  const choice = from === undefined ? undefined : restoreChoice(from);
  if (choice === undefined)
    throw new Error(
      `FROM ${from === undefined ? "is missing" : `is ${from}, which does not say which archive`}: write ${forms}. ${thereIs}`,
    );
  const chosen =
    choice === "latest"
      ? good[0]
      : good.find(({ name }) => (choice.startsWith("until ") ? name <= choice.slice(6) : name === choice));
  if (!chosen)
    throw new Error(`There is no archive ${choice.startsWith("until ") ? `from ${from} or before` : from}. ${thereIs}`);
  return chosen;
}

/** Where the archives of a Redis lie, as its job reaches them: "archive:bucket/namespace/redis". */
export function archiveSource({ spec, metadata }: V1CronJob): {
  root: string;
  kind: string;
  bucket: string;
  folder: string;
} {
  const env = spec?.jobTemplate.spec?.template.spec?.containers[0]?.env ?? [];
  const value = (name: string) => env.find((variable) => variable.name === name)?.value ?? "";
  const root = value("ARCHIVE_ROOT");
  const [, bucket, folder] = /^archive:([^/]*)\/(.*)$/.exec(root) ?? [];
  if (bucket === undefined || folder === undefined)
    throw new Error(`The CronJob ${metadata?.name} does not say where its archives are: deploy its stack again.`);
  return { root, kind: value("RCLONE_CONFIG_ARCHIVE_TYPE"), bucket, folder };
}

/**
 * The new stack: as the old one, but in a namespace and on disks of its own, and, where the old one made its cluster,
 * in a cluster of its own. Throws where the archives lie on a volume, and for a name that does not fit. Pure.
 */
export function newStack(
  old: string,
  into: string,
  archive: string,
  source: ReturnType<typeof archiveSource>,
): NewStack {
  if (source.kind === "local")
    throw new Error(
      'These archives lie on a volume, whose claim belongs to the old namespace. Restore by hand: docs/operations.md, "From a volume".',
    );
  const stack = `${old}-${into}`,
    namespace = `redis-${stack}`;
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(into) || namespace.length > 63)
    throw new Error(
      `INTO is ${into}: it becomes part of the names of a stack and a namespace (${namespace}), so write lower-case letters, digits and hyphens, 63 characters at most with the rest.`,
    );
  return {
    stack,
    namespace,
    set: {
      namespace,
      "restore.from": archive,
      "restore.root": source.folder,
      // Its own archives beside the old one's, whose place it would otherwise write to where that is named.
      "archive.root": `${namespace}/redis`,
      ...(source.kind === "google cloud storage" ? { "archive.bucket": source.bucket } : {}),
    },
    remove: [
      "createNamespace",
      "stopped",
      "masterName",
      "cluster.name",
      "disk.adopt",
      "disk.discard",
      "persistence.volumes",
      "persistence.discard",
    ],
  };
}
