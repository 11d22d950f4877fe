import * as fs from "node:fs";
import * as path from "node:path";
import { hierarchiesIn, type Hierarchy } from "../../stand-ins/cluster/cgroup-hierarchies";

/** The one of v1 that has the controller, else that of v2, which has them all. */
function hierarchyOf(controller: string): Hierarchy {
  const all = hierarchiesIn(fs.readFileSync("/proc/self/mounts", "utf8"));
  return all.find(({ controllers }) => controllers.includes(controller)) ?? all.find(({ version }) => version === 2)!;
}

/** A cgroup of this process's own, in the hierarchy of one controller: v1, or v2. Needs root. */
export class Cgroup {
  readonly version: 1 | 2;
  readonly folder: string;

  constructor(controller: "memory" | "blkio", purpose: string) {
    const hierarchy = hierarchyOf(controller);
    this.version = hierarchy.version;
    this.folder = path.join(hierarchy.path, `redis-gke-${purpose}-${process.pid}`);
    fs.mkdirSync(this.folder, { recursive: true });
  }

  read(file: string): string {
    return fs.readFileSync(path.join(this.folder, file), "utf8");
  }

  write(file: string, text: string): void {
    fs.writeFileSync(path.join(this.folder, file), text);
  }

  /** Takes in processes, and with them what they fork. */
  meets(pids: readonly number[]): void {
    for (const pid of pids) {
      // A command that the start script has just run is gone again.
      try {
        this.write("cgroup.procs", String(pid));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
  }

  /** Fails while it is busy, as it is for a moment after its last member died. */
  remove(): void {
    fs.rmdirSync(this.folder);
  }
}

/** What all processes of the pod that a process is in have taken of the processors, those that have ended too. */
export function podCpuSeconds(pid: number): number {
  const counter = hierarchyOf("cpuacct");
  const line = fs
    .readFileSync(`/proc/${pid}/cgroup`, "utf8")
    .split("\n")
    .find((text) =>
      counter.version === 2 ? text.startsWith("0::") : text.split(":")[1]?.split(",").includes("cpuacct"),
    )!;
  // The pod's own cgroup is the one above its containers'.
  const folder = path.join(counter.path, path.dirname(line.split(":").slice(2).join(":")));
  return counter.version === 2
    ? Number(/^usage_usec (\d+)$/m.exec(fs.readFileSync(path.join(folder, "cpu.stat"), "utf8"))![1]) / 1e6
    : Number(fs.readFileSync(path.join(folder, "cpuacct.usage"), "utf8")) / 1e9;
}
