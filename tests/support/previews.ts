import { CommandFailed } from "../../lib/run";
import type { Project } from "./project";

interface Step {
  op: string;
  urn: string;
}
interface Preview {
  steps?: Step[];
  diagnostics?: { message?: string; severity: string }[];
}

/** What Pulumi calls the halves of a replacement, beside the step that stands for all of it. */
const halves = new Set(["create-replacement", "delete-replaced", "same", "read", "refresh"]);

/**
 * A line for each thing that a preview would do, or says: "update StatefulSet redis", "refused: redis-gke:mode: ...",
 * "warning: ...", none for nothing.
 */
export async function preview(project: Project, stack: string, configFile: string): Promise<string[]> {
  const said = await project
    .pulumi(["preview", "--json", "--stack", stack, "--config-file", configFile])
    .catch((error: unknown) => {
      if (error instanceof CommandFailed) return error.output;
      throw error;
    });
  const { steps = [], diagnostics = [] } = JSON.parse(
    said.slice(said.indexOf("{"), said.lastIndexOf("}") + 1),
  ) as Preview;
  return [
    ...diagnostics.flatMap(({ severity, message = "" }) => messages(severity, message)),
    ...grouped(steps.filter(({ op }) => !halves.has(op))),
  ];
}

/**
 * One that is refused changes nothing, so that only what it says counts; whose the plugin is says nothing of the
 * change.
 */
function messages(severity: string, text: string): string[] {
  const plain = text.replace(/<\{%.*?%\}>/g, "").trim();
  if (severity === "error")
    return plain
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => /^(\S+ )?redis-gke:/.test(line))
      .map((line) => `refused: ${line}`);
  return severity === "warning" && !plain.includes("pulumi-resource-") ? [plain] : [];
}

/** "update ConfigMap redis-a, StatefulSet redis-b", a line for each kind of step. */
function grouped(steps: readonly Step[]): string[] {
  const byStep = new Map<string, string[]>();
  for (const { op, urn } of steps) {
    const [, , type, name] = urn.split("::");
    const kind = type!.split("$").at(-1)!.split(":").at(-1)!;
    // Those without a resource behind them are only rooms of the program.
    if (!type!.split("$").at(-1)!.startsWith("redis-gke:") && kind !== "Stack")
      byStep.set(op, [...(byStep.get(op) ?? []), `${kind} ${name}`]);
  }
  return [...byStep]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([op, resources]) => `${op} ${resources.sort().join(", ")}`);
}
