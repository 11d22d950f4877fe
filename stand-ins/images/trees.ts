import { rmSync } from "node:fs";
import * as path from "node:path";
import { cached } from "../../lib/cache";
import { versions } from "../../lib/versions";
import { unpackPackages } from "./debian";
import { buildRootTree, checkVersion, mergeUsr, type RootTree, sourceOf, type User } from "./root-tree";

// Debian's BusyBox is built without flock, which the official image's has.
const packages = ["redis-server", "redis-tools", "haproxy", "busybox-static", "util-linux"];

const redisUser: User = { name: "redis", uid: 999, gid: 1000, home: "/data" };
const haproxyUser: User = { name: "haproxy", uid: 99, gid: 99, home: "/var/lib/haproxy" };

/** Programs and user of the redis image, of whatever version. */
export const redis: RootTree = {
  programs: {
    "usr/bin/redis-server": "usr/local/bin/redis-server",
    "usr/bin/redis-cli": "usr/local/bin/redis-cli",
    "usr/bin/flock": "usr/bin/flock",
  },
  links: Object.fromEntries(
    ["redis-sentinel", "redis-check-aof", "redis-check-rdb"].map((name) => [`usr/local/bin/${name}`, "redis-server"]),
  ),
  user: redisUser,
};
const haproxy: RootTree = { programs: { "usr/sbin/haproxy": "usr/local/sbin/haproxy" }, user: haproxyUser };

/** The folder that holds the root trees `redis`, `haproxy` and `busybox`, out of one download of Debian packages. */
export function rootTrees(): Promise<string> {
  return cached({
    title: `Redis ${versions.redis}, HAProxy ${versions.haproxy} and BusyBox from Debian ${versions.debian}`,
    key: `images/trees-redis-${versions.redis}-haproxy-${versions.haproxy}`,
    inputs: {
      versions: [versions.debian, versions.redis, versions.haproxy],
      sources: sourceOf("debian.ts", "root-tree.ts", "trees.ts"),
    },
    build: async (dir, log) => {
      const work = `${dir}.apt`;
      try {
        const unpacked = path.join(work, "tree");
        await unpackPackages({ release: versions.debian, packages, tree: unpacked, work, log });
        mergeUsr(unpacked);
        await buildRootTree(unpacked, path.join(dir, "busybox"), { programs: {} });
        await buildRootTree(unpacked, path.join(dir, "haproxy"), haproxy);
        await buildRootTree(unpacked, path.join(dir, "redis"), redis);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
      await checkVersion(path.join(dir, "redis"), {
        command: ["/usr/local/bin/redis-server", "--version"],
        pattern: / v=(\S+)/,
        key: "redis",
        expected: versions.redis,
      });
      await checkVersion(path.join(dir, "haproxy"), {
        command: ["/usr/local/sbin/haproxy", "-v"],
        pattern: /version (\d+\.\d+\.\d+)/,
        key: "haproxy",
        expected: versions.haproxy,
      });
    },
  });
}

/** The unpacked root tree of the redis image; the tests of the pod scripts run in it. */
export async function redisRootTree(): Promise<string> {
  return path.join(await rootTrees(), "redis");
}

/** The same of the haproxy image. */
export async function haproxyRootTree(): Promise<string> {
  return path.join(await rootTrees(), "haproxy");
}
