import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { membershipFiles } from "../../stand-ins/cluster/cgroups";
import { nodeNamed } from "../../stand-ins/cluster/layout";
import { redisRootTree } from "../../stand-ins/images";
import { kubectl } from "../support/cluster";
import { inTree } from "./tool";

export const barePort = 6390;

/** What makes a node of the topology; without replicas the guard would refuse every write. */
const notBare = /^(port|dir|replicaof|replica-announce-|min-replicas-|masterauth )/;

/**
 * The same redis-server with the pod's own configuration, but no pod: a process in the node's network and cgroup, with
 * its data on the node's disk. Resolves to what stops it.
 */
export async function startBare(node: string, namespace: string, pod: string): Promise<() => void> {
  const folder = path.join(nodeNamed(node).dir, "bench");
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const own = (await kubectl("exec", "-n", namespace, pod, "-c", "redis", "--", "cat", "/run/redis/redis.conf"))
    .split("\n")
    .filter((line) => !notBare.test(line));
  const file = path.join(folder, "redis.conf");
  fs.writeFileSync(file, [...own, `port ${barePort}`, `dir ${folder}`, ""].join("\n"), { mode: 0o600 });
  const join = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 70; shift; done; shift; exec "$@"';
  const child = spawn(
    "/bin/sh",
    [
      "-c",
      join,
      "join",
      ...membershipFiles(node),
      "--",
      "nsenter",
      `--net=/run/netns/${node}`,
      "--",
      ...inTree(await redisRootTree(), "usr/local/bin/redis-server"),
      file,
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const stop = () => {
    child.kill("SIGKILL");
    fs.rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", stop);
  return stop;
}
