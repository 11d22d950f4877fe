import * as fs from "node:fs";
import * as path from "node:path";
import { hierarchiesIn } from "../local/cluster/cgroup-hierarchies";
import { run } from "../local/lib/run";
import { eventually, sleep } from "../tests/support/eventually";

/** A small disk of its own (a loop device) under a folder, whose syncs can be stalled: writes still reach the page cache, as on a real one. */
export class SlowDisk {
  private constructor(private readonly folder: string, private readonly image: string, private readonly device: string, private readonly group: string, private readonly version: 1 | 2) {}

  static async mount(folder: string, megabytes: number): Promise<SlowDisk> {
    const image = `${folder}.img`;
    fs.writeFileSync(image, "");
    fs.truncateSync(image, megabytes * 1024 * 1024);
    await run("mkfs.ext4", ["-q", image]);
    await run("mount", ["-o", "loop", image, folder]);
    const source = (await run("findmnt", ["--noheadings", "--output", "SOURCE", folder])).trim();
    const hierarchies = hierarchiesIn(fs.readFileSync("/proc/self/mounts", "utf8"));
    const hierarchy = hierarchies.find(({ controllers }) => controllers.includes("blkio")) ?? hierarchies.find(({ version }) => version === 2)!;
    const group = path.join(hierarchy.path, `redis-gke-bench-${process.pid}`);
    fs.mkdirSync(group, { recursive: true });
    return new SlowDisk(folder, image, fs.readFileSync(`/sys/block/${path.basename(source)}/dev`, "utf8").trim(), group, hierarchy.version);
  }

  /** Whose writes are stalled, and those of what they fork. */
  meets(pids: readonly number[]): void {
    for (const pid of pids) {
      // A command that the start script has just run is gone again.
      try { fs.writeFileSync(path.join(this.group, "cgroup.procs"), String(pid)); } catch (error) { if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; }
    }
  }

  async stall(milliseconds: number): Promise<void> {
    this.limit(true);
    await sleep(milliseconds);
    this.limit(false);
  }

  private limit(on: boolean): void {
    const { file, none, some } = this.version === 1 ? { file: "blkio.throttle.write_bps_device", none: "0", some: "1" } : { file: "io.max", none: "wbps=max", some: "wbps=1" };
    fs.writeFileSync(path.join(this.group, file), `${this.device} ${on ? some : none}`);
  }

  /** After its processes have ended. */
  async remove(): Promise<void> {
    this.limit(false);
    await run("umount", ["--lazy", this.folder]);
    fs.rmSync(this.image, { force: true });
    // Busy for a moment after its last member died.
    await eventually("the cgroup is free", () => { fs.rmdirSync(this.group); return true; }, { timeout: 5000, every: 50 });
  }
}
