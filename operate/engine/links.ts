import * as fs from "node:fs";
import * as path from "node:path";
import { bin } from "../../lib/paths";

/** The PATH as it was before ours was put in front, so that our own links are never taken for something installed. */
export const pathWithoutOurs = (searchPath = process.env.PATH ?? ""): string =>
  searchPath
    .split(":")
    .filter((dir) => dir && !dir.endsWith(`${path.sep}.state${path.sep}bin`))
    .join(":");

/** Points `.state/bin/NAME` at `target`. */
export const link = (name: string, target: string): void => place(name, (file) => fs.symlinkSync(target, file));

/** As `link`, for a program that looks for its other files beside the name it was called by. */
export const forward = (name: string, target: string): void =>
  place(name, (file) =>
    fs.writeFileSync(file, `#!/bin/sh\nexec '${target.replaceAll("'", `'\\''`)}' "$@"\n`, { mode: 0o755 }),
  );

export const unlink = (name: string): void => fs.rmSync(path.join(bin, name), { force: true });

/** Renamed into place: a shell beside us never finds a gap. */
function place(name: string, make: (file: string) => void): void {
  fs.mkdirSync(bin, { recursive: true });
  const fresh = path.join(bin, `.${name}.${process.pid}`);
  fs.rmSync(fresh, { force: true });
  make(fresh);
  fs.renameSync(fresh, path.join(bin, name));
}
