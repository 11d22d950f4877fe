import { Cgroup } from "../cgroup";

/** A pod's memory limit: a cgroup as the kubelet would make it, v1 or v2. */
export class MemoryLimit {
  private readonly group = new Cgroup("memory", "memory");

  constructor(bytes: number) {
    this.group.write(this.file("memory.limit_in_bytes", "memory.max"), String(bytes));
  }

  private file(first: string, second: string): string {
    return this.group.version === 1 ? first : second;
  }

  meets(pids: readonly number[]): void {
    this.group.meets(pids);
  }

  get kills(): number {
    return Number(/oom_kill (\d+)/.exec(this.group.read(this.file("memory.oom_control", "memory.events")))?.[1] ?? 0);
  }

  /** Without the page cache, which the kernel takes back before it kills. */
  get used(): number {
    return Number(
      new RegExp(`^${this.file("rss", "anon")} (\\d+)$`, "m").exec(this.group.read("memory.stat"))?.[1] ?? 0,
    );
  }

  remove(): void {
    try {
      this.group.remove();
    } catch {
      /* the kernel removes it with its last page */
    }
  }
}
