import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { state } from "../../lib/paths";
import type { Target } from "./target";

/** Where the stacks' state is: Pulumi's file backend, so that no account and no connection is needed. */
export const backendDir = path.join(state, "pulumi");

const project = "redis-gke";

export const checkpointFile = (stack: Target["stack"], backend = backendDir) =>
  path.join(backend, ".pulumi", "stacks", project, `${stack}.json`);

/** Of the stack; there only while somebody is at work on it, or was killed. */
export const locksOf = (stack: Target["stack"], backend = backendDir) =>
  path.join(backend, ".pulumi", "locks", "organization", project, stack);

/** What the engine had begun and not noted as done when it was cut off. */
export interface PendingOperation {
  type: string;
  resource: {
    urn: string;
    inputs?: { kind?: string; metadata?: { name?: string; namespace?: string; labels?: Record<string, string> } };
  };
}

interface Checkpoint {
  checkpoint?: {
    latest?: {
      resources?: { type: string; outputs?: Record<string, unknown> }[];
      pending_operations?: PendingOperation[];
    };
  };
}

/**
 * What the file backend holds of the stack; read directly, which takes no time, where the CLI would take half a second.
 */
export function stackState(stack: Target["stack"]): {
  exists: boolean;
  resources: number;
  pending: PendingOperation[];
} {
  if (!fs.existsSync(checkpointFile(stack))) return { exists: false, resources: 0, pending: [] };
  const latest = (JSON.parse(fs.readFileSync(checkpointFile(stack), "utf8")) as Checkpoint).checkpoint?.latest;
  return { exists: true, resources: latest?.resources?.length ?? 0, pending: latest?.pending_operations ?? [] };
}

/**
 * Takes the outputs away that the program holds the next deployment against: for a stack whose cluster, and what ran
 * there, is gone for good.
 */
export function forgetDeployed(stack: Target["stack"]): void {
  const checkpoint = withoutDeployed(JSON.parse(fs.readFileSync(checkpointFile(stack), "utf8")) as Checkpoint);
  const fresh = `${checkpointFile(stack)}.${process.pid}`;
  fs.writeFileSync(fresh, JSON.stringify(checkpoint, null, 4), { mode: 0o600 });
  fs.renameSync(fresh, checkpointFile(stack));
}

/** @internal Of {@link forgetDeployed}. Namespace and names stay: the next ones are to be the same. Pure. */
export function withoutDeployed(checkpoint: Checkpoint): Checkpoint {
  const resources = checkpoint.checkpoint?.latest?.resources?.map((resource) => {
    if (resource.type !== "pulumi:pulumi:Stack") return resource;
    const kept = Object.entries(resource.outputs ?? {}).filter(([name]) => name !== "deployed" && name !== "password");
    return { ...resource, outputs: Object.fromEntries(kept) };
  });
  const latest = { ...checkpoint.checkpoint?.latest, resources };
  return { ...checkpoint, checkpoint: { ...checkpoint.checkpoint, latest } };
}

/** Stacks that `make restore` made beside this one. */
export const stacksBeside = (stack: Target["stack"]): string[] => {
  const folder = path.dirname(checkpointFile(stack));
  return fs.existsSync(folder)
    ? fs
        .readdirSync(folder)
        .filter((file) => file.startsWith(`${stack}-`) && file.endsWith(".json"))
        .map((file) => file.slice(0, -".json".length))
    : [];
};

/** Takes away what a killed `pulumi` of this machine left and the next one would fail on. */
export function clearAfterKill(stack: Target["stack"]): void {
  dropDeadLocks(stack);
  dropUnwritten(backendDir);
}

/** The locks of those that are gone; one that is still at work keeps its own. */
function dropDeadLocks(stack: Target["stack"]): void {
  const dir = locksOf(stack);
  if (!fs.existsSync(dir)) return;
  for (const name of fs.readdirSync(dir).filter((found) => found.endsWith(".json"))) {
    const file = path.join(dir, name);
    try {
      const { pid, hostname } = JSON.parse(fs.readFileSync(file, "utf8")) as { pid: number; hostname: string };
      if (hostname !== os.hostname() || isPulumi(pid)) continue;
      for (const gone of [file, `${file}.attrs`]) fs.rmSync(gone, { force: true });
    } catch {
      // Another process took its own lock away between the listing and the reading.
    }
  }
}

/**
 * The `.attrs` files that a `pulumi` was killed at before it had written anything into them. Beside an empty one the
 * state is not read ("failed to load checkpoint: EOF"), though it is whole; without one it is. Returns the names of
 * those it took away.
 */
export function dropUnwritten(backend: string): string[] {
  const files = fs
    .readdirSync(backend, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".attrs"))
    .map((name) => path.join(backend, name));
  const empty = files.filter((file) => fs.statSync(file, { throwIfNoEntry: false })?.size === 0);
  for (const file of empty) fs.rmSync(file, { force: true });
  return empty.map((file) => path.basename(file));
}

/** By its name too: the number of a process that died is soon another one's. */
function isPulumi(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("pulumi");
  } catch {
    return true; // No /proc on this system: alive is all that can be known.
  }
}
