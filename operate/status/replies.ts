/** One value of the kernel that a pod got. */
export interface KernelValue {
  name: string;
  value: string;
  wanted: string;
  right: boolean;
}

/** What one Redis says of itself in INFO, and its pod of the kernel. */
export interface RedisView {
  role: "master" | "slave";
  /** A replica's link to its master. */
  linkUp: boolean;
  /** Where its replication stream stands: what a master has written, what a replica has received. */
  offset: number;
  /** Seconds since a replica last heard of its master. */
  silentSeconds?: number;
  /** For how many seconds its link has been down; undefined while it is up, or if it never was. */
  downSeconds?: number;
  syncing: boolean;
  loading: boolean;
  keys: number;
  memory: number;
  /** 0 is no limit. */
  maxmemory: number;
  /** What it could not write to its disk. */
  diskTrouble: string[];
  /** How full its volume is; undefined if the pod's scripts are of a version that does not tell. */
  disk?: { percent: number; size: number };
  /** Why it may only follow: its data files were damaged, and it has no whole copy yet. */
  damaged?: string;
  /** Empty if the pod's scripts are of a version that does not tell. */
  kernel: KernelValue[];
}

/** What one sentinel says of the master that it watches. */
export interface SentinelView {
  master: string;
  address: string;
  /** Its own judgement of the master, such as s_down. */
  flags: string[];
  replicas: number;
  otherSentinels: number;
  quorum: number;
}

/** INFO's `name:value` lines. */
function fields(info: string): Map<string, string> {
  return new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(":");
      return line.startsWith("#") || colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}

/** Undefined if the reply is no INFO: redis-cli exits with 0 on an error reply too. */
export function parseInfo(info: string): RedisView | undefined {
  const found = fields(info);
  const role = found.get("role");
  if (role !== "master" && role !== "slave") return undefined;
  const number = (name: string) => Number(found.get(name) ?? 0);
  const known = (name: string) => (found.has(name) && number(name) >= 0 ? number(name) : undefined);
  return {
    role,
    linkUp: found.get("master_link_status") === "up",
    offset: role === "master" ? number("master_repl_offset") : number("slave_repl_offset"),
    silentSeconds: known("master_last_io_seconds_ago"),
    downSeconds: known("master_link_down_since_seconds"),
    syncing: number("master_sync_in_progress") === 1,
    loading: number("loading") === 1,
    keys: [...found]
      .filter(([name]) => /^db\d+$/.test(name))
      .reduce((sum, [, value]) => sum + Number(/keys=(\d+)/.exec(value)?.[1] ?? 0), 0),
    memory: number("used_memory"),
    maxmemory: number("maxmemory"),
    diskTrouble: [
      ...(found.get("aof_last_write_status") === "err" ? ["AOF writes fail"] : []),
      ...(found.get("aof_last_bgrewrite_status") === "err" ? ["the last AOF rewrite failed"] : []),
      ...(found.get("rdb_last_bgsave_status") === "err" ? ["the last RDB save failed"] : []),
    ],
    disk: found.has("disk_percent") ? { percent: number("disk_percent"), size: number("disk_size") } : undefined,
    damaged: found.get("disk_damaged"),
    kernel: [...found].flatMap(([name, text]) =>
      name.startsWith("kernel_") ? [kernelValue(name.slice("kernel_".length), text)] : [],
    ),
  };
}

/** From kernel-status.sh: `right:4096:at least 1024`. */
function kernelValue(name: string, text: string): KernelValue {
  const [verdict, value = "?", wanted = "?"] = text.split(":");
  return { name, value, wanted, right: verdict === "right" };
}

/** SENTINEL MASTERS without a terminal: names and values on alternate lines. Undefined if that is not what came. */
export function parseSentinelMasters(reply: string): SentinelView | undefined {
  const lines = reply.split(/\r?\n/);
  if (lines[0] !== "name") return undefined;
  const found = new Map<string, string>();
  // The first master only: each of our sentinels watches one.
  for (let line = 0; line + 1 < lines.length && !(line > 0 && lines[line] === "name"); line += 2)
    found.set(lines[line]!, lines[line + 1]!);
  const number = (name: string) => Number(found.get(name) ?? 0);
  return {
    master: found.get("name") ?? "",
    address: found.get("ip") ?? "",
    flags: (found.get("flags") ?? "").split(",").filter((flag) => flag && flag !== "master"),
    replicas: number("num-slaves"),
    otherSentinels: number("num-other-sentinels"),
    quorum: number("quorum"),
  };
}
