import * as fs from "node:fs";
import * as path from "node:path";
import { readingScripts } from "../kernel";

/** The shell that runs in the pods, by file name: the content of the ConfigMap mounted at /scripts. */
export function podScripts(): Record<string, string> {
  const folder = path.join(__dirname, "scripts");
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".sh")).sort();
  return { ...Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")])), ...readingScripts() };
}
