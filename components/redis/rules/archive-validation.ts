import type { Mistake } from "../../mistake";
import type { ArchiveArgs, RedisArgs } from "../args";
import { cronReason } from "./cron";
import { whyFloating } from "./image";
import { nearestQuantity, parseBytes } from "./quantity";
import { defaults } from "../defaults";

const folder = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const dnsName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** What is wrong with `archive`. Pure: an `Output` is not looked into. */
export function archiveMistakes({ archive }: RedisArgs): Mistake[] {
  if (archive === undefined) return [];
  const mistakes: Mistake[] = [];
  const refuse = (property: keyof ArchiveArgs, value: unknown, reason: string) =>
    mistakes.push({ property: `archive.${property}`, value, reason });
  for (const property of ["schedule", "drill"] as const) {
    const value = archive[property];
    const reason = typeof value === "string" ? cronReason(value) : undefined;
    if (reason)
      refuse(
        property,
        value,
        `${reason}: write e.g. "${defaults.archive[property]}", as minute, hour, day of month, month and day of week in UTC${property === "drill" ? ", or false" : ""}`,
      );
  }
  for (const [property, what] of [
    ["hourly", "of the latest archives"],
    ["daily", "days"],
  ] as const) {
    const value = archive[property];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      refuse(
        property,
        value,
        `counts how many ${what} are kept, of which the last good one is always one: write 1 or more (${defaults.archive[property]} is usual)`,
      );
  }
  if (archive.root !== undefined && !folder.test(archive.root))
    refuse(
      "root",
      archive.root,
      `is not a folder that every store takes: write letters, digits and any of \`._-\`, with \`/\` between, e.g. "redis-prod/redis"`,
    );
  const why = archive.image === undefined ? undefined : whyFloating(archive.image);
  if (why)
    refuse("image", archive.image, `${why}: write a fixed version, e.g. "${defaults.archive.image}", or a digest`);
  return [...mistakes, ...destinationMistakes(archive)];
}

function destinationMistakes({ bucket, s3, volume }: ArchiveArgs): Mistake[] {
  const given = Object.entries({ bucket, s3, volume })
    .filter(([, value]) => value !== undefined)
    .map(([key]) => key);
  const mistakes: Mistake[] = [];
  if (given.length === 0)
    mistakes.push({
      property: "archive",
      value: undefined,
      reason:
        "has no destination: write archive.s3, archive.volume (`{}` makes one) or archive.bucket (Google Cloud; in a stack with `cluster` one is made)",
    });
  if (given.length > 1)
    mistakes.push({ property: "archive", value: given, reason: "has more than one destination: keep one of them" });
  const reason = typeof bucket === "string" ? bucketReason(bucket) : undefined;
  if (reason) mistakes.push({ property: "archive.bucket", value: bucket, reason });
  return [...mistakes, ...s3Mistakes(s3), ...volumeMistakes(volume)];
}

/** Why Google takes no bucket of this name. Source: https://cloud.google.com/storage/docs/buckets#naming */
function bucketReason(name: string): string | undefined {
  const form =
    "write 3 to 63 lower-case letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit";
  if (name.startsWith("gs://"))
    return `is a bucket's URL: write its name, "${name.slice("gs://".length).split("/")[0]}"`;
  if (name.includes("/")) return `is not the name of a bucket: write it without the folder, which is archive.root`;
  if (/\.\.|\.-|-\./.test(name) || /^\d+\.\d+\.\d+\.\d+$/.test(name))
    return `is not a name that Google takes (an address, or a dot beside a dot or hyphen): ${form}`;
  if (name.startsWith("goog") || /g[o0][o0]g[l1]e/.test(name))
    return `is not a name that Google takes: it may neither begin with "goog" nor contain "google"`;
  const parts = name.split(".");
  const fits =
    /^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(name) &&
    name.length >= 3 &&
    name.length <= (parts.length > 1 ? 222 : 63) &&
    parts.every((part) => part.length <= 63);
  return fits ? undefined : `is not a name that Google takes: ${form}`;
}

function s3Mistakes(s3: ArchiveArgs["s3"]): Mistake[] {
  if (s3 === undefined) return [];
  const mistakes: Mistake[] = [];
  // If one is missing the compiler, config/schema.ts or the provider's schema tells so; in plain JavaScript none does.
  const { endpoint, bucket }: { endpoint?: string; bucket?: string } = s3;
  if (endpoint !== undefined && !/^https?:\/\/[^/\s]+\/?$/.test(endpoint)) {
    const host = endpoint.replace(/^[a-z]*:?\/\//i, "").split("/")[0];
    mistakes.push({
      property: "archive.s3.endpoint",
      value: endpoint,
      reason: `is not where a store answers: write its scheme and host, "https://${host || "s3.example.com"}"${/^https?:\/\/./.test(endpoint) ? ", the bucket is a key of its own" : ""}`,
    });
  }
  if (bucket !== undefined && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    mistakes.push({
      property: "archive.s3.bucket",
      value: bucket,
      reason: "is not the name of a bucket: write 3 to 63 lower-case letters, digits, `-` and `.`",
    });
  for (const key of ["accessKeyId", "secretAccessKey"] as const) {
    const value: unknown = s3[key];
    if (typeof value === "string" && !/^\S+$/.test(value))
      mistakes.push({ property: `archive.s3.${key}`, value: "[secret]", reason: "is empty, or has a space in it" });
  }
  return mistakes;
}

function volumeMistakes(volume: ArchiveArgs["volume"]): Mistake[] {
  if (volume === undefined) return [];
  const mistakes: Mistake[] = [];
  const { claim, size } = volume;
  if (claim !== undefined && !dnsName.test(claim))
    mistakes.push({
      property: "archive.volume.claim",
      value: claim,
      reason: "is not the name of a PersistentVolumeClaim: `kubectl get persistentvolumeclaims` shows yours",
    });
  for (const key of ["size", "storageClass"] as const) {
    if (claim !== undefined && volume[key] !== undefined)
      mistakes.push({
        property: `archive.volume.${key}`,
        value: volume[key],
        reason: `is for a claim that is made, and "${claim}" is there already: take out one of the two`,
      });
  }
  if (size !== undefined && parseBytes(size) === undefined)
    mistakes.push({
      property: "archive.volume.size",
      value: size,
      reason: `is not a quantity in Mi or Gi: write "${nearestQuantity(size) ?? "10Gi"}"`,
    });
  return mistakes;
}
