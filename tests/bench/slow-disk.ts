import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../lib/run";
import { eventually, sleep } from "../support/eventually";
import { imageOf, loopDeviceOf, makeLoopDisk } from "../support/loop-disk";
import { Cgroup } from "./cgroup";

/**
 * A small disk of its own under a folder, whose syncs can be stalled: writes still reach the page cache, as on a real
 * one.
 */
export class SlowDisk {
  private readonly group = new Cgroup("blkio", "bench");
  /** "7:0", by which the kernel's limits name it. */
  private readonly device: string;

  constructor(
    private readonly folder: string,
    megabytes: number,
  ) {
    makeLoopDisk(folder, megabytes);
    this.device = fs.readFileSync(`/sys/block/${path.basename(loopDeviceOf(folder))}/dev`, "utf8").trim();
  }

  /** Whose writes are stalled, and those of what they fork. */
  meets(pids: readonly number[]): void {
    this.group.meets(pids);
  }

  async stall(milliseconds: number): Promise<void> {
    this.limit(true);
    await sleep(milliseconds);
    this.limit(false);
  }

  private limit(on: boolean): void {
    const { file, none, some } =
      this.group.version === 1
        ? { file: "blkio.throttle.write_bps_device", none: "0", some: "1" }
        : { file: "io.max", none: "wbps=max", some: "wbps=1" };
    this.group.write(file, `${this.device} ${on ? some : none}`);
  }

  /** After its processes have ended. */
  async remove(): Promise<void> {
    this.limit(false);
    await run("umount", ["--lazy", this.folder]);
    fs.rmSync(imageOf(this.folder), { force: true });
    await eventually(
      "the cgroup is free",
      () => {
        this.group.remove();
        return true;
      },
      { timeout: 5000, every: 50 },
    );
  }
}
