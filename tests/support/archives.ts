import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type Redis from "ioredis";
import { rcloneRootTree } from "../../stand-ins/images";
import { known } from "./archive-lab";
import type { Pod, PodLab } from "./pod-lab";

/** What one archive is said to be; the rest is found from the file. */
export interface Said {
  folder?: "hourly" | "daily";
  keys: number;
  checked?: boolean;
  redis?: string;
  source?: string;
}

/**
 * Each hour, as by default, but not within the next three quarters of one: an archive that the cluster takes by itself
 * at the full hour would be one more than the test counts.
 */
export const quietSchedule = (now = new Date()) => `${(now.getMinutes() + 45) % 60} * * * *`;

/**
 * A folder for the destination: archives as the archive job leaves them, and rclone in the lab's tree to fetch them
 * with.
 */
export class Archives {
  readonly root = "archive:/archives/redis-lab/redis";
  private readonly folder: string;

  private constructor(private readonly lab: PodLab) {
    this.folder = path.join(lab.root, "archives/redis-lab/redis");
  }

  static async create(lab: PodLab): Promise<Archives> {
    // The rclone image and the Redis image are two; in the lab one tree serves for both.
    execFileSync("cp", ["-a", "--no-clobber", `${await rcloneRootTree()}/.`, lab.root]);
    return new Archives(lab);
  }

  file(name: string, folder = "hourly") {
    return path.join(this.folder, folder, `${name}.rdb`);
  }

  put(name: string, rdb: Buffer, { folder = "hourly", checked = true, ...said }: Said): void {
    const file = this.file(name, folder);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, rdb);
    if (checked) fs.writeFileSync(`${file}.checked`, known(rdb, said));
  }

  /** An RDB file of a Redis of its own that `fill` wrote into. */
  async make(fill: (client: Redis) => Promise<unknown>): Promise<{ rdb: Buffer; keys: number }> {
    const source: Pod = this.lab.pods.get("source-0") ?? this.lab.source();
    if (!source.running) {
      source.start();
      await source.ready();
    }
    const keys = await source.with(async (client) => {
      await client.flushall();
      await fill(client);
      await client.save();
      const info = await client.info("keyspace");
      return [...info.matchAll(/keys=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    });
    return { rdb: fs.readFileSync(source.file("data/dump.rdb")), keys };
  }
}

/** Every type, several databases, keys that expire and names that are no text. */
export async function everyKind(client: Redis, mark: string): Promise<void> {
  const pipeline = client.pipeline();
  pipeline.set("mark", mark).set(Buffer.from([0, 10, 255, 39]), Buffer.from([1, 0, 13, 10]));
  for (let n = 0; n < 300; n++) pipeline.set(`string:${n}`, `${mark}:${n}`);
  for (let n = 0; n < 50; n++) pipeline.rpush(`list:${n}`, ...Array.from({ length: n + 1 }, (_, item) => `${item}`));
  for (let n = 0; n < 50; n++)
    pipeline.sadd(`set:${n}`, ...Array.from({ length: n + 1 }, (_, item) => (n % 2 ? `${item}` : `member ${item}`)));
  for (let n = 0; n < 50; n++)
    pipeline.zadd(`zset:${n}`, ...Array.from({ length: n + 1 }, (_, item) => [item / 3, `member ${item}`]).flat());
  for (let n = 0; n < 50; n++)
    pipeline.hset(
      `hash:${n}`,
      Object.fromEntries(Array.from({ length: n + 1 }, (_, item) => [`field ${item}`, `${mark} ${item}`])),
    );
  for (let n = 0; n < 10; n++) pipeline.xadd(`stream:${n}`, `1-${n + 1}`, "field", mark);
  for (let n = 0; n < 20; n++) pipeline.set(`expires:${n}`, "x", "EX", 3600 + n);
  pipeline.call(
    "FUNCTION",
    "LOAD",
    "REPLACE",
    `#!lua name=library\nredis.register_function('mark', function() return '${mark}' end)`,
  );
  pipeline.select(3).set("elsewhere", mark).select(0);
  for (const [error] of (await pipeline.exec())!) if (error) throw error;
}
