import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { corednsBinary, provisionerBinary } from "../../lib/builds";
import { cached } from "../../lib/cache";
import { run } from "../../lib/run";
import { imageRegistry, versions } from "../../lib/versions";
import { type ImageConfig, writeOciArchive } from "./oci";
import { rcloneRootTree } from "./rclone-tree";
import { sourceOf } from "./root-tree";
import { rootTrees } from "./trees";

export interface Image {
  name: string;
  archive: string;
  /** Of its manifest: what a node tells of the image that it has under this name. */
  digest: string;
}

const tag = (name: string, version: string) => `${imageRegistry}/${name}:${version}`;

export const imageNames = {
  redis: tag("redis", versions.redis),
  haproxy: tag("haproxy", versions.haproxy),
  rclone: tag("rclone", versions.rclone),
  busybox: tag("busybox", versions.debian),
  coredns: tag("coredns", versions.coredns),
  provisioner: tag("local-path-provisioner", versions.localPathProvisioner),
  pause: tag("pause", versions.kubernetes),
} as const;

const Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

/**
 * Every image of the cluster, built if it is not there; one after the other, as each build can use the whole machine.
 */
export async function buildImages(): Promise<Image[]> {
  const trees = await rootTrees();
  const fromTree = (name: "redis" | "haproxy" | "busybox", config: ImageConfig) =>
    ofTree(imageNames[name], { source: trees, tree: path.join(trees, name), config: { Env, ...config } });
  return [
    await fromTree("redis", { Cmd: ["redis-server"], WorkingDir: "/data" }),
    await fromTree("haproxy", {
      Cmd: ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
      WorkingDir: "/var/lib/haproxy",
    }),
    await fromTree("busybox", { Cmd: ["sh"] }),
    await rcloneImage(),
    await ofBinary(imageNames.coredns, await corednsBinary(), "coredns"),
    await ofBinary(imageNames.provisioner, await provisionerBinary(), "local-path-provisioner"),
    await ofBinary(imageNames.pause, await pauseBinary(), "pause"),
  ];
}

async function rcloneImage(): Promise<Image> {
  const tree = await rcloneRootTree();
  return ofTree(imageNames.rclone, { source: path.dirname(tree), tree, config: { Env, Entrypoint: ["rclone"] } });
}

function pauseBinary(): Promise<string> {
  return cached({
    title: "The pause program",
    key: "go/pause",
    inputs: sourceOf("pause/main.go"),
    build: async (dir, log) => {
      await run("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", `${dir}/`, "main.go"], {
        cwd: path.join(__dirname, "pause"),
        env: { CGO_ENABLED: "0", GO111MODULE: "off" },
        log,
      });
      fs.renameSync(path.join(dir, "main"), path.join(dir, "pause"));
    },
  });
}

const ofBinary = (name: string, source: string, program: string) =>
  ofTree(name, {
    source,
    config: { Env, Entrypoint: [`/bin/${program}`] },
    fill: (tree) => {
      fs.mkdirSync(path.join(tree, "bin"));
      fs.copyFileSync(path.join(source, program), path.join(tree, "bin", program));
      fs.mkdirSync(path.join(tree, "tmp"), { mode: 0o1777 });
    },
  });

/** What a cached folder holds, as its own manifest tells: an image is built anew when its source became another. */
function contentOf(source: string): string {
  const { files } = JSON.parse(fs.readFileSync(path.join(source, ".manifest.json"), "utf8")) as {
    files: Record<string, string>;
  };
  return createHash("sha256").update(JSON.stringify(files)).digest("hex");
}

interface ImageSource {
  source: string;
  config: ImageConfig;
  /** A finished root tree, or a function that fills an empty one. */
  tree?: string;
  fill?: (tree: string) => void;
}

async function ofTree(name: string, { source, config, tree, fill }: ImageSource): Promise<Image> {
  const short = name.slice(name.indexOf("/") + 1).replace(":", "-");
  const dir = await cached({
    title: `Image ${short}`,
    key: `images/${short}`,
    inputs: { name, config, source: contentOf(source), writer: sourceOf("oci.ts") },
    build: async (target, log) => {
      const filled = tree ?? `${target}.tree`;
      if (fill) {
        fs.mkdirSync(filled);
        fill(filled);
      }
      const digest = await writeOciArchive({
        name,
        tree: filled,
        config,
        archive: path.join(target, "image.tar"),
        log,
      });
      fs.writeFileSync(path.join(target, "digest"), digest);
      if (fill) fs.rmSync(filled, { recursive: true });
    },
  });
  return { name, archive: path.join(dir, "image.tar"), digest: fs.readFileSync(path.join(dir, "digest"), "utf8") };
}
