import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { imageOf, loopDeviceOf, makeLoopDisk, mountLoopDisk } from "../../support/loop-disk";

/**
 * A disk of its own (ext4 on a loop device), which can lose power: what the file system has not yet handed to the
 * device is lost then, and nothing else. The page cache of the machine cannot be thrown away, so the cut is a copy of
 * what the device has received so far, with Redis stopped; it counts only if the device received nothing while it was
 * copied.
 */
export class CrashDisk {
  private readonly image: string;

  constructor(
    private readonly folder: string,
    megabytes: number,
  ) {
    this.image = imageOf(folder);
    makeLoopDisk(folder, megabytes);
  }

  /** Writes that the device has taken, and requests that are under way. */
  private activity(): string {
    const fields = fs
      .readFileSync(`/sys/block/${path.basename(loopDeviceOf(this.folder))}/stat`, "utf8")
      .trim()
      .split(/\s+/);
    return `${fields[4]} ${fields[8]}`;
  }

  /** Keeps what the disk holds at this moment; Redis must stand still. */
  cut(): void {
    for (let attempt = 0; attempt < 50; attempt++) {
      const before = this.activity();
      execFileSync("cp", ["--sparse=always", this.image, `${this.image}.cut`]);
      if (before.endsWith(" 0") && this.activity() === before) return;
    }
    throw new Error("The disk never stands still.");
  }

  /** The machine comes back, with the disk as it was at the cut. */
  powerOn(): void {
    execFileSync("umount", [this.folder]);
    fs.renameSync(`${this.image}.cut`, this.image);
    mountLoopDisk(this.folder);
  }

  remove(): void {
    execFileSync("umount", ["--lazy", this.folder]);
    for (const file of [this.image, `${this.image}.cut`]) fs.rmSync(file, { force: true });
  }
}
