import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Writes only what differs: a program that watches its own file (kube-proxy ends when it changes) must not see a write.
 */
export function writeIfChanged(file: string, text: string, mode = 0o644): void {
  const old = (() => {
    try {
      return fs.readFileSync(file, "utf8");
    } catch {
      return undefined;
    }
  })();
  if (old !== text) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text, { mode });
  }
  fs.chmodSync(file, mode);
}
