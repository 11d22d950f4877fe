import * as fs from "node:fs";
import * as path from "node:path";
import { bin } from "../lib/paths";

/** The PATH as it was before ours was put in front, so that our own links are never taken for something installed. */
export const pathWithoutOurs = (searchPath = process.env.PATH ?? ""): string =>
  searchPath.split(":").filter((dir) => dir && !dir.endsWith(`${path.sep}.state${path.sep}bin`)).join(":");

/** Points `.state/bin/NAME` at `target`, or takes the link away. Renamed into place: a shell beside us never finds a gap. */
export function link(name: string, target: string | undefined): void {
  const file = path.join(bin, name);
  if (!target) return fs.rmSync(file, { force: true });
  fs.mkdirSync(bin, { recursive: true });
  const fresh = `${file}.${process.pid}`;
  fs.rmSync(fresh, { force: true });
  fs.symlinkSync(target, fresh);
  fs.renameSync(fresh, file);
}
