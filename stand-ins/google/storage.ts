import { createHash } from "node:crypto";
import { invalid, Refusal, type Routes } from "./http";
import { policyStore, projectNumber } from "./resource-manager";
import type { Store } from "./store";

interface Bucket {
  name: string;
  versioning?: { enabled: boolean };
}
interface StoredObject {
  name: string;
  bucket: string;
  generation: string;
  content: string;
}

/** Buckets, the objects in them (every version of which is kept), and who may read them. */
export function storage(store: Store): Routes {
  const policies = policyStore(store);
  const bucketOf = (name: string) => store.get<Bucket>(`b/${name}`);
  const versions = (bucket: string, name?: string) =>
    store.list<StoredObject>(`b/${bucket}/o`).filter((object) => name === undefined || object.name === name);
  const latest = (bucket: string, name: string) => {
    bucketOf(bucket);
    const found = versions(bucket, name).at(-1);
    if (!found) throw new Refusal(404, "notFound", `No such object: ${bucket}/${name}`);
    return found;
  };
  return {
    "POST /storage/v1/b": ({ body, query }) => {
      const name = body.name as string;
      if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(name)) throw invalid(`Invalid bucket name: '${name}'`);
      if (!query.has("project")) throw invalid("Required parameter: project");
      return store.insert(`b/${name}`, {
        kind: "storage#bucket",
        id: name,
        projectNumber,
        metageneration: "1",
        etag: "CAE=",
        storageClass: "STANDARD",
        locationType: "region",
        timeCreated: now,
        updated: now,
        rpo: "DEFAULT",
        softDeletePolicy: { retentionDurationSeconds: "604800", effectiveTime: now },
        ...body,
        selfLink: `https://www.googleapis.com/storage/v1/b/${name}`,
      });
    },
    "GET /storage/v1/b/{bucket}": ({ params }) => bucketOf(params.bucket!),
    "PATCH /storage/v1/b/{bucket}": ({ params, body }) => Object.assign(bucketOf(params.bucket!), body),
    "DELETE /storage/v1/b/{bucket}": ({ params }) => {
      if (versions(params.bucket!).length > 0)
        throw new Refusal(409, "conflict", "The bucket you tried to delete is not empty.");
      store.delete(`b/${params.bucket}`);
      return {};
    },
    "GET /storage/v1/b/{bucket}/iam": ({ params }) => (
      bucketOf(params.bucket!),
      policies.get(`b/${params.bucket}/iam/policy`)
    ),
    "PUT /storage/v1/b/{bucket}/iam": ({ params, body }) => (
      bucketOf(params.bucket!),
      policies.set(`b/${params.bucket}/iam/policy`, body)
    ),
    "GET /storage/v1/b/{bucket}/anywhereCaches/": () => ({ items: [] }),
    "GET /storage/v1/b/{bucket}/o": ({ params }) => ({ kind: "storage#objects", items: versions(params.bucket!) }),
    "GET /storage/v1/b/{bucket}/o/{object}": ({ params }) => latest(params.bucket!, params.object!),
    "POST /upload/storage/v1/b/{bucket}/o": ({ params, query, body, media = "" }) => {
      bucketOf(params.bucket!);
      const name = (body.name ?? query.get("name")) as string;
      // A version that was there before stays, under its own generation.
      const generation = String(1_700_000_000_000_000 + store.next());
      return store.insert(`b/${params.bucket}/o/${encodeURIComponent(name)}#${generation}`, {
        kind: "storage#object",
        id: `${params.bucket}/${name}/${generation}`,
        storageClass: "STANDARD",
        ...body,
        name,
        bucket: params.bucket,
        generation,
        metageneration: "1",
        size: String(Buffer.byteLength(media)),
        content: media,
        md5Hash: createHash("md5").update(media).digest("base64"),
        crc32c: "AAAAAA==",
        etag: "CAE=",
        timeCreated: now,
        updated: now,
        selfLink: `https://www.googleapis.com/storage/v1/b/${params.bucket}/o/${name}`,
        mediaLink: `https://storage.googleapis.com/download/storage/v1/b/${params.bucket}/o/${name}?generation=${generation}&alt=media`,
      });
    },
    "DELETE /storage/v1/b/{bucket}/o/{object}": ({ params, query }) => {
      const generation = query.get("generation") ?? latest(params.bucket!, params.object!).generation;
      store.delete(`b/${params.bucket}/o/${encodeURIComponent(params.object!)}#${generation}`);
      return {};
    },
  };
}

const now = "2026-01-01T00:00:00.000Z";
