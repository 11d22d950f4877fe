import * as fs from "node:fs";
import * as path from "node:path";
import { hierarchiesIn } from "../../local/cluster/cgroup-hierarchies";

/** A pod's memory limit: a cgroup as the kubelet would make it, v1 or v2. */
export class MemoryLimit {
  private readonly version: 1 | 2;
  private readonly group: string;

  constructor(bytes: number) {
    const all = hierarchiesIn(fs.readFileSync("/proc/self/mounts", "utf8"));
    const hierarchy = all.find(({ controllers }) => controllers.includes("memory")) ?? all.find(({ version }) => version === 2)!;
    this.version = hierarchy.version;
    this.group = path.join(hierarchy.path, `redis-gke-memory-${process.pid}`);
    fs.mkdirSync(this.group, { recursive: true });
    fs.writeFileSync(this.file("memory.limit_in_bytes", "memory.max"), String(bytes));
  }

  private file(first: string, second: string): string { return path.join(this.group, this.version === 1 ? first : second); }

  meets(pids: readonly number[]): void {
    for (const pid of pids) {
      // A command that the start script has just run is gone again.
      try { fs.writeFileSync(path.join(this.group, "cgroup.procs"), String(pid)); } catch (error) { if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; }
    }
  }

  get kills(): number { return Number(/oom_kill (\d+)/.exec(fs.readFileSync(this.file("memory.oom_control", "memory.events"), "utf8"))?.[1] ?? 0); }

  /** Without the page cache, which the kernel takes back before it kills. */
  get used(): number { return Number(new RegExp(`^${this.version === 1 ? "rss" : "anon"} (\\d+)$`, "m").exec(fs.readFileSync(path.join(this.group, "memory.stat"), "utf8"))?.[1] ?? 0); }

  /** It stays busy for a moment after its last member died. */
  remove(): void { try { fs.rmdirSync(this.group); } catch { /* the kernel removes it with its last page */ } }
}
