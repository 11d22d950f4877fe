import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../../lib/run";

export interface ImageConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  WorkingDir?: string;
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

export const architecture = ({ x64: "amd64", arm64: "arm64" } as Record<string, string>)[process.arch] ?? process.arch;

/**
 * Writes an image of one layer as an OCI archive, the form that `ctr images import` reads. Names are sorted and times
 * are zero: the same tree gives the same digests, and a node that has the image already is left alone. Resolves to the
 * manifest's digest.
 */
export async function writeOciArchive(args: {
  name: string;
  tree: string;
  config: ImageConfig;
  archive: string;
  log: string;
}): Promise<string> {
  const { name, tree, config, archive, log } = args;
  const layout = `${archive}.layout`;
  const blobs = path.join(layout, "blobs/sha256");
  fs.mkdirSync(blobs, { recursive: true });

  const stored = (mediaType: string, content: unknown): Descriptor => {
    const text = JSON.stringify(content);
    const hash = createHash("sha256").update(text).digest("hex");
    fs.writeFileSync(path.join(blobs, hash), text);
    return { mediaType, digest: `sha256:${hash}`, size: Buffer.byteLength(text) };
  };

  const layer = await layerOf(tree, blobs, log);
  const image = stored("application/vnd.oci.image.config.v1+json", {
    architecture,
    os: "linux",
    config,
    rootfs: { type: "layers", diff_ids: [layer.digest] },
    history: [{ created_by: "redis-gke" }],
  });
  const manifest = stored("application/vnd.oci.image.manifest.v1+json", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: image,
    layers: [layer],
  });
  const annotations = {
    "io.containerd.image.name": name,
    "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf(":") + 1),
  };
  fs.writeFileSync(
    path.join(layout, "index.json"),
    JSON.stringify({
      schemaVersion: 2,
      manifests: [{ ...manifest, annotations, platform: { architecture, os: "linux" } }],
    }),
  );
  fs.writeFileSync(path.join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await run("tar", ["-C", layout, "-cf", archive, "oci-layout", "index.json", "blobs"], { log });
  fs.rmSync(layout, { recursive: true });
  return manifest.digest;
}

/**
 * The tree as one uncompressed layer: the archive never crosses a network, and unpacking it on three nodes stays cheap.
 */
async function layerOf(tree: string, blobs: string, log: string): Promise<Descriptor> {
  const file = path.join(blobs, "layer");
  await run(
    "tar",
    ["-C", tree, "--numeric-owner", "--sort=name", "--mtime=@0", "--format=gnu", "--exclude=./dev/*", "-cf", file, "."],
    { log },
  );
  const hash = createHash("sha256");
  await pipeline(fs.createReadStream(file), hash);
  const digest = hash.digest("hex");
  fs.renameSync(file, path.join(blobs, digest));
  return {
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    digest: `sha256:${digest}`,
    size: fs.statSync(path.join(blobs, digest)).size,
  };
}
