import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { archiveStore } from "../../components/redis/objects/archive-store";
import type { ArchiveSettings } from "../../components/redis/args";
import { podScripts } from "../../components/redis/objects/scripts";
import { rcloneRootTree } from "../../stand-ins/images";
import { valueOf } from "./mocked-stack";
import { labMasterName, labPassword, type Pod, type PodLab } from "./pod-lab";

export interface Ended {
  code: number | null;
  output: string;
  lastLine: string;
}

/** What a destination is, and the keys to it, which a pod would have from a Secret. */
export type Destination = Pick<ArchiveSettings, "s3" | "volume"> & {
  keys?: { accessKeyId: string; secretAccessKey: string };
};

const root = "redis-lab/redis";

/**
 * Runs the archive's scripts as its job does: one after the other in the two images' own root trees, with a /work that
 * they share, and the variables that the program gives them. The destination is a folder, or what is told.
 */
export class ArchiveLab {
  private jobs = 0;
  private constructor(
    private readonly lab: PodLab,
    private readonly tree: string,
  ) {}

  static async create(lab: PodLab): Promise<ArchiveLab> {
    const tree = path.join(lab.root, "rclone");
    execFileSync("cp", ["-a", await rcloneRootTree(), tree]);
    fs.mkdirSync(path.join(tree, "scripts"));
    for (const [name, text] of Object.entries(podScripts("archive")))
      fs.writeFileSync(path.join(tree, "scripts", name), text);
    return new ArchiveLab(lab, tree);
  }

  /** The folder that is the destination of a volume. */
  get volume() {
    return path.join(this.tree, "archive");
  }
  folder(name: "hourly" | "daily") {
    return path.join(this.volume, root, name);
  }
  files(name: "hourly" | "daily"): string[] {
    return fs.existsSync(this.folder(name)) ? fs.readdirSync(this.folder(name)).sort() : [];
  }
  /** The archives that count. */
  whole(name: "hourly" | "daily"): string[] {
    const files = this.files(name);
    return files
      .filter((file) => file.endsWith(".rdb") && files.includes(`${file}.checked`))
      .map((file) => file.slice(0, -4));
  }

  /** Lays an archive there as a job of another day would have; `checked: false` as one that was cut off. */
  lay(folder: "hourly" | "daily", name: string, { content = `archive of ${name}`, checked = true } = {}): void {
    fs.mkdirSync(this.folder(folder), { recursive: true });
    fs.writeFileSync(path.join(this.folder(folder), `${name}.rdb`), content);
    if (checked) fs.writeFileSync(path.join(this.folder(folder), `${name}.rdb.checked`), known(content));
  }

  job(name = `redis-archive-${++this.jobs}`): ArchiveJob {
    return new ArchiveJob(this.lab.root, this.tree, name);
  }
}

/** What the archive job writes beside an archive, in NAME.rdb.checked. */
export const known = (content: string | Buffer, { keys = 1, redis = "8.0.2", source = "redis-1" } = {}) =>
  `sha256 ${createHash("sha256").update(content).digest("hex")}\nsize ${content.length}\nkeys ${keys}\nredis ${redis}\nsource ${source}\n`;

export class ArchiveJob {
  readonly work: string;

  constructor(
    private readonly redisTree: string,
    private readonly rcloneTree: string,
    readonly name: string,
  ) {
    this.work = path.join(rcloneTree, "work", name);
    fs.mkdirSync(this.work, { recursive: true });
  }

  /** The first container, against these nodes. */
  take(nodes: Pod[], more: Record<string, string> = {}): Promise<Ended> {
    const [node] = nodes;
    return this.run(this.redisTree, "archive-take.sh", {
      WORK: `/rclone/work/${this.name}`,
      REDISCLI_AUTH: labPassword,
      MASTER_NAME: labMasterName,
      PATIENCE: "1",
      ...(nodes.length === 1 ? { NODES: `${node!.name} ${node!.address}` } : { TOPOLOGY: node!.inside("topology") }),
      ...more,
    });
  }

  /** Instead of it, for what does not depend on Redis. */
  lay(name: string, content: string | Buffer = `archive of ${name}`): this {
    fs.writeFileSync(path.join(this.work, `${name}.rdb`), content);
    fs.writeFileSync(path.join(this.work, `${name}.rdb.checked`), known(content));
    return this;
  }

  store(destination: Destination = { volume: { size: "1Gi" } }, more: Record<string, string> = {}): Promise<Ended> {
    return this.atStore("archive-store.sh", destination, { HOURLY: "24", DAILY: "30", ...more });
  }

  async atStore(script: string, destination: Destination, more: Record<string, string> = {}): Promise<Ended> {
    const { env } = archiveStore(destination, root, { scripts: "the-scripts", keys: "the-keys", claim: "the-claim" });
    const variables = await Promise.all(
      env.map(async (variable) => {
        const {
          name,
          value,
          valueFrom,
        }: { name: string; value?: string; valueFrom?: { secretKeyRef: { key: "accessKeyId" | "secretAccessKey" } } } =
          await valueOf(pulumi.output(variable as never));
        return [name, value ?? destination.keys![valueFrom!.secretKeyRef.key]];
      }),
    );
    return this.run(this.rcloneTree, script, {
      WORK: `/work/${this.name}`,
      RCLONE_RETRIES: "1",
      RCLONE_LOW_LEVEL_RETRIES: "1",
      ...(Object.fromEntries(variables) as Record<string, string>),
      ...more,
    });
  }

  private run(tree: string, script: string, env: Record<string, string>): Promise<Ended> {
    return new Promise((resolve) => {
      const child = spawn("/usr/sbin/chroot", [tree, "/bin/sh", `/scripts/${script}`], {
        env: { PATH: "/usr/local/bin:/usr/bin:/bin", POD_NAME: this.name, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (text: string) => {
          output += text;
        });
      child.on("close", (code) => resolve({ code, output, lastLine: output.trimEnd().split("\n").pop()! }));
    });
  }
}

/** `2026-11-25T07:00:12Z` as a job's clock and as an archive's name. */
export const at = (iso: string) => ({ NOW: String(Date.parse(iso) / 1000) });
export const named = (iso: string) => `${new Date(iso).toISOString().slice(0, 19).replaceAll(":", "-")}Z`;
export const hoursAfter = (iso: string, hours: number) => new Date(Date.parse(iso) + hours * 3_600_000).toISOString();
