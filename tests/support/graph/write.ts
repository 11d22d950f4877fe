// Writes the golden graph of every stack again, and the package's schema: `make golden`. What changed is then read as a
// diff.
import * as fs from "node:fs";
import * as path from "node:path";
import { schema, schemaFile } from "../schema";
import { goldenFiles, goldenFolder, resourceGraph, stacks } from ".";

async function write(stack: (typeof stacks)[number]): Promise<void> {
  const files = goldenFiles(await resourceGraph(stack));
  fs.rmSync(goldenFolder(stack), { recursive: true, force: true });
  fs.mkdirSync(goldenFolder(stack), { recursive: true });
  for (const [name, text] of files) fs.writeFileSync(path.join(goldenFolder(stack), name), text);
  console.log(`${stack}: ${files.size} resources`);
}

fs.writeFileSync(schemaFile, schema());
void Promise.all(stacks.map(write));
