import { execFileSync } from "node:child_process";
import * as fs from "node:fs";

/** Where the content of a folder's loop disk lies. */
export const imageOf = (folder: string): string => `${folder}.img`;

/** Gives a folder a file system of its own: ext4 on a loop device. Needs root; who makes it unmounts it. */
export function makeLoopDisk(folder: string, megabytes: number, mkfsOptions: readonly string[] = []): void {
  fs.writeFileSync(imageOf(folder), "");
  fs.truncateSync(imageOf(folder), megabytes * 2 ** 20);
  execFileSync("mkfs.ext4", ["-q", ...mkfsOptions, imageOf(folder)]);
  mountLoopDisk(folder);
}

export function mountLoopDisk(folder: string): void {
  execFileSync("mount", ["-o", "loop", imageOf(folder), folder]);
}

/** "/dev/loop0". */
export const loopDeviceOf = (folder: string): string =>
  execFileSync("findmnt", ["--noheadings", "--output", "SOURCE", folder], { encoding: "utf8" }).trim();
