import { rmSync } from "node:fs";
import * as path from "node:path";
import { cached } from "../../lib/cache";
import { versions } from "../../lib/versions";
import { unpackPackages } from "./debian";
import { buildRootTree, checkVersion, mergeUsr, sourceOf } from "./root-tree";

/**
 * The root tree of the rclone image. Apart from the others, so that a change here builds none of theirs again. Like the
 * official one it names no user: the pod does.
 */
export async function rcloneRootTree(): Promise<string> {
  const built = await cached({
    title: `rclone ${versions.rclone} from Debian ${versions.debian}`,
    key: `images/tree-rclone-${versions.rclone}`,
    inputs: {
      versions: [versions.debian, versions.rclone],
      sources: sourceOf("debian.ts", "root-tree.ts", "rclone-tree.ts"),
    },
    build: async (dir, log) => {
      const work = `${dir}.apt`;
      try {
        const unpacked = path.join(work, "tree");
        await unpackPackages({
          release: versions.debian,
          // Debian's BusyBox is built without flock, which the official image's has.
          packages: ["rclone", "busybox-static", "util-linux"],
          tree: unpacked,
          work,
          log,
        });
        mergeUsr(unpacked);
        await buildRootTree(unpacked, path.join(dir, "rclone"), {
          programs: { "usr/bin/rclone": "usr/local/bin/rclone", "usr/bin/flock": "usr/bin/flock" },
        });
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
      await checkVersion(path.join(dir, "rclone"), {
        command: ["/usr/local/bin/rclone", "version"],
        pattern: /^rclone v(\d+\.\d+\.\d+)/,
        key: "rclone",
        expected: versions.rclone,
      });
    },
  });
  return path.join(built, "rclone");
}
