import * as path from "node:path";
import { unpackPackages } from "../../stand-ins/images/debian";
import { mergeUsr } from "../../stand-ins/images/root-tree";
import { cached } from "../../lib/cache";
import { run } from "../../lib/run";
import { versions } from "../../lib/versions";

/** redis-benchmark of the version that is measured; the images hold only what a pod needs. */
const tree = () =>
  cached({
    title: `redis-benchmark ${versions.redis}`,
    key: `bench/redis-tools-${versions.redis}`,
    inputs: versions.debian,
    build: async (dir, log) => {
      await unpackPackages({
        release: versions.debian,
        packages: ["redis-tools"],
        tree: path.join(dir, "tree"),
        work: path.join(dir, "apt"),
        log,
      });
      mergeUsr(path.join(dir, "tree"));
      await run("rm", ["-rf", path.join(dir, "apt")]);
    },
  });

/** A program of a foreign root tree, with that tree's own libraries. */
export const inTree = (root: string, program: string): string[] => [
  path.join(root, "lib64", "ld-linux-x86-64.so.2"),
  "--library-path",
  path.join(root, "usr/lib/x86_64-linux-gnu"),
  path.join(root, program),
];

export interface Load {
  host: string;
  port?: number;
  password: string;
  pipeline: number;
  requests: number;
  network: string;
}
export interface Figures {
  test: string;
  perSecond: number;
  p99Ms: number;
}

/** 50 connections, 100-byte values over 100,000 keys, from a client in that network. */
export async function benchmark({
  host,
  port = 6379,
  password,
  pipeline,
  requests,
  network,
}: Load): Promise<Figures[]> {
  const command = [
    ...inTree(path.join(await tree(), "tree"), "usr/bin/redis-benchmark"),
    "-h",
    host,
    "-p",
    String(port),
    "-a",
    password,
    "-c",
    "50",
    "-d",
    "100",
    "-r",
    "100000",
    "-n",
    String(requests),
    "-P",
    String(pipeline),
    "-t",
    "set,get",
    "--csv",
  ];
  const said = await run("nsenter", [`--net=${network}`, "--", ...command], { timeoutSeconds: 120 });
  const [head, ...lines] = said
    .trim()
    .split("\n")
    .filter((line) => line.startsWith('"'))
    .map((line) => line.split(",").map((cell) => cell.replaceAll('"', "")));
  const column = (name: string) => {
    const index = head!.indexOf(name);
    if (index < 0) throw new Error(`redis-benchmark told no ${name}:\n${said}`);
    return index;
  };
  return lines.map((cells) => ({
    test: cells[0]!,
    perSecond: Number(cells[column("rps")]),
    p99Ms: Number(cells[column("p99_latency_ms")]),
  }));
}
