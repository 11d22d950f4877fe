import * as fs from "node:fs";
import * as path from "node:path";
import { median } from "d3-array";
import { standInInUse } from "../../operate/engine/plugin";
import type { ChaosStack } from "../chaos/deployment";
import { Project } from "../support/project";

/** How long `pulumi preview` of an unchanged stack takes, beside one of a program that makes nothing; in seconds. */
export interface PreviewTimes {
  rounds: number;
  empty: number;
  unchanged: number;
  /** How many times as long it may take: the official plugin is faster than what stands in for it. */
  target: number;
}

/** Medians. In turns, so that what else the machine does slows the one like the other. */
export async function previewTimes(deployment: ChaosStack, rounds = 7): Promise<PreviewTimes> {
  const project = emptyProgram();
  const times = { empty: [] as number[], unchanged: [] as number[] };
  const timed = async (kept: number[], preview: () => Promise<unknown>) => {
    const from = Date.now();
    await preview();
    kept.push((Date.now() - from) / 1000);
  };
  try {
    await project.init("empty");
    for (let round = 0; round < rounds; round++) {
      await timed(times.empty, () => project.pulumi(["preview", "--stack", "empty"]));
      await timed(times.unchanged, () => deployment.preview());
    }
  } finally {
    project.remove();
  }
  return {
    rounds,
    empty: median(times.empty)!,
    unchanged: median(times.unchanged)!,
    target: standInInUse() ? 3 : 2.5,
  };
}

function emptyProgram(): Project {
  const project = new Project();
  const files = {
    "Pulumi.yaml": "name: empty\nmain: index.js\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    "index.js": 'require("@pulumi/pulumi");\n',
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(project.folder, name);
    // What is there is a link to the checkout's own.
    fs.rmSync(file, { force: true });
    fs.writeFileSync(file, text);
  }
  return project;
}
