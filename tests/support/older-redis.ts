import { rmSync } from "node:fs";
import * as path from "node:path";
import { unpackPackages } from "../../stand-ins/images/debian";
import { buildRootTree, checkVersion, mergeUsr, sourceOf } from "../../stand-ins/images/root-tree";
import { redis } from "../../stand-ins/images/trees";
import { cached } from "../../lib/cache";

/**
 * The release of Redis before the one that is deployed, as far as Debian has it: its RDB files are two versions older
 * (10; 8.0 writes 12).
 */
export const olderVersion = "7.0.15";
const release = "bookworm";

/** A root tree like the image's, with that. */
export function olderRedisTree(): Promise<string> {
  return cached({
    title: `Redis ${olderVersion} from Debian ${release}`,
    key: `images/tree-redis-${olderVersion}`,
    inputs: sourceOf("debian.ts", "root-tree.ts", "trees.ts"),
    build: async (dir, log) => {
      const work = `${dir}.apt`;
      try {
        const unpacked = path.join(work, "tree");
        await unpackPackages({
          release,
          packages: ["redis-server", "busybox-static", "util-linux"],
          tree: unpacked,
          work,
          log,
        });
        mergeUsr(unpacked);
        await buildRootTree(unpacked, dir, redis);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
      await checkVersion(dir, {
        command: ["/usr/local/bin/redis-server", "--version"],
        pattern: / v=(\S+)/,
        key: "redis",
        expected: olderVersion,
      });
    },
  });
}
