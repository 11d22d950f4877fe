import { spawn } from "node:child_process";
import { dropUnwritten } from "../../operate/engine/backend";
import type { Project } from "./project";

/**
 * Without it an `up` finds in its way what the last one had created and not noted any more (docs/operations.md, "An
 * `up` that was cut off").
 */
const upsert = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };

export interface Moment {
  /** After so many that were created, updated or replaced. */
  resources?: number;
  seconds?: number;
  /** Once it prints this. */
  said?: RegExp;
  /**
   * To the CLI, the program and the plugins, all at once; SIGINT to the CLI alone, which then stops in order. @default
   * "SIGKILL"
   */
  signal?: "SIGKILL" | "SIGINT";
}

/**
 * An `up` that is cut off at a moment, if it has not ended by then; and what docs/operations.md says to do about the
 * backend then.
 */
export async function cutOffUp(
  project: Project,
  stack: string,
  { resources = Infinity, seconds = 600, said = /^$/, signal = "SIGKILL" }: Moment,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--stack", stack, "--non-interactive"], {
      cwd: project.folder,
      env: { ...process.env, ...project.environment, ...upsert },
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let ended = false;
    // Once: a second SIGINT ends it at once, with what it has begun unknown.
    const end = () => {
      if (ended) return;
      ended = true;
      try {
        process.kill(signal === "SIGKILL" ? -child.pid! : child.pid!, signal);
      } catch {
        /* It has ended. */
      }
    };
    const timer = setTimeout(end, seconds * 1000);
    let text = "";
    const changed = () => (text.match(/ (created|updated|replaced) \(/g) ?? []).length;
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (changed() >= resources || said.test(text)) end();
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      console.log(`      ${code === 0 ? "ended by itself" : "cut off"} after ${changed()} resources`);
      resolve();
    });
  });
  for (const name of dropUnwritten(project.backend)) console.log(`      ${name} was being written`);
  await project.pulumi(["cancel", "--yes", "--stack", stack]);
}

/** As docs/operations.md says: one `up` that takes over what was left, and one without, of which the provider knew. */
export async function goOn(project: Project, stack: string): Promise<void> {
  await project.pulumi(["up", "--yes", "--skip-preview", "--stack", stack], upsert);
  await project.up(stack);
}
