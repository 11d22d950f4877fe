import * as fs from "node:fs";
import * as path from "node:path";
import { checkout } from "../../../lib/paths";
import { run } from "../../../lib/run";
import { typescript } from "../typescript";
import type { GraphResource } from "./record";

export type { GraphResource } from "./record";

/** Every stack that has a config file here. */
export const stacks = ["local", "minikube", "dev", "prod"] as const;
export type StackName = (typeof stacks)[number];

const program = path.join(__dirname, "program.ts");
const graphs = new Map<StackName, Promise<GraphResource[]>>();

/** What a stack asks for, without an engine or a cloud; made once in a process, all of them beside each other. */
export function resourceGraph(stack: StackName): Promise<GraphResource[]> {
  if (graphs.size === 0)
    for (const each of stacks)
      graphs.set(
        each,
        run(process.execPath, [...typescript, program, each], { cwd: checkout }).then(
          (text) => JSON.parse(text) as GraphResource[],
        ),
      );
  return graphs.get(stack)!;
}

export const goldenFolder = (stack: StackName): string => path.join(checkout, "tests", "golden", stack);

/** The golden files of a graph, by name: one a resource, so that a change is read as a diff. */
export function goldenFiles(graph: GraphResource[]): Map<string, string> {
  return new Map(
    graph.map((resource) => {
      const kind = resource.type.split(":").pop()!;
      const group = resource.type.startsWith("gcp:")
        ? "gcp"
        : resource.type.startsWith("kubernetes:")
          ? "kubernetes"
          : "component";
      return [`${group}.${kind}.${resource.name}.json`, `${JSON.stringify(resource, null, 2)}\n`];
    }),
  );
}

/** The golden files as they are in the repository. */
export const writtenFiles = (stack: StackName): Map<string, string> =>
  new Map(
    fs.existsSync(goldenFolder(stack))
      ? fs
          .readdirSync(goldenFolder(stack))
          .map((name) => [name, fs.readFileSync(path.join(goldenFolder(stack), name), "utf8")])
      : [],
  );

/** Whether one resource has to be there before another, directly or not; a destroy takes them the other way round. */
export function comesBefore(graph: GraphResource[], first: GraphResource, second: GraphResource): boolean {
  const id = ({ type, name }: GraphResource) => `${type}::${name}`;
  const byId = new Map(graph.map((resource) => [id(resource), resource]));
  const seen = new Set<string>();
  const waits = (resource: GraphResource): boolean =>
    [...(resource.options.dependsOn ?? []), ...(resource.options.provider ? [resource.options.provider] : [])].some(
      (needed) => {
        if (needed === id(first)) return true;
        if (seen.has(needed)) return false;
        seen.add(needed);
        const next = byId.get(needed);
        return next !== undefined && waits(next);
      },
    );
  return waits(second);
}
