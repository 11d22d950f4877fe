import { closest } from "fastest-levenshtein";

/** What GKE takes for a node sysctl. Values are text on the wire, whatever they hold. */
export interface NodeSysctl {
  /** Smallest whole number. */
  min?: number;
  /** Largest whole number; a bigint where a number would round it. */
  max?: number | bigint;
  /** The only values. */
  values?: readonly string[];
  /** Three positive numbers: minimum, default, maximum. */
  tuple?: true;
  /** Memory of the machine, in GB, under which GKE refuses the sysctl whatever its value. */
  minMachineMemoryGb?: number;
}

const positive = { min: 1, max: 2147483646 };
const flag = { values: ["0", "1"] };
const upTo2 = { values: ["0", "1", "2"] };

/**
 * The names are LinuxNodeConfig.sysctls of container v1 and v1beta1, revision 20261027, which states no values. The
 * values are those of the reference of `gcloud container node-pools create --system-config-from-file`; {} is a name
 * that is in the first alone.
 */
export const sysctlLimits: Readonly<Record<string, NodeSysctl>> = {
  "net.core.busy_poll": {},
  "net.core.busy_read": {},
  "net.core.netdev_max_backlog": positive,
  "net.core.rmem_max": { min: 2304, max: 2147483647 },
  "net.core.rmem_default": { min: 2304, max: 2147483647 },
  "net.core.wmem_default": { min: 4608, max: 2147483647 },
  "net.core.wmem_max": { min: 4608, max: 2147483647 },
  "net.core.optmem_max": positive,
  "net.core.somaxconn": { min: 128, max: 2147483647 },
  "net.ipv4.neigh.default.gc_thresh1": {},
  "net.ipv4.neigh.default.gc_thresh2": {},
  "net.ipv4.neigh.default.gc_thresh3": {},
  "net.ipv4.tcp_rmem": { tuple: true },
  "net.ipv4.tcp_wmem": { tuple: true },
  "net.ipv4.tcp_tw_reuse": upTo2,
  "net.ipv4.tcp_mtu_probing": upTo2,
  "net.ipv4.tcp_max_orphans": { min: 16384, max: 262144 },
  "net.ipv4.tcp_max_tw_buckets": { min: 4096, max: 2147483647 },
  "net.ipv4.tcp_syn_retries": { min: 1, max: 127 },
  "net.ipv4.tcp_ecn": upTo2,
  // Those of Container-Optimized OS; Ubuntu nodes take more.
  "net.ipv4.tcp_congestion_control": { values: ["reno", "cubic", "bbr", "lp", "htcp"] },
  "net.netfilter.nf_conntrack_max": { min: 65536, max: 4194304 },
  "net.netfilter.nf_conntrack_buckets": { min: 65536, max: 524288 },
  "net.netfilter.nf_conntrack_tcp_timeout_close_wait": { min: 60, max: 3600 },
  "net.netfilter.nf_conntrack_tcp_timeout_time_wait": { min: 1, max: 600 },
  "net.netfilter.nf_conntrack_tcp_timeout_established": { min: 600, max: 86400 },
  "net.netfilter.nf_conntrack_acct": flag,
  "kernel.keys.maxkeys": {},
  "kernel.keys.maxbytes": {},
  "kernel.shmmni": { min: 4096, max: 32768 },
  "kernel.shmmax": { min: 0, max: 18446744073692774399n },
  "kernel.shmall": { min: 0, max: 18446744073692774399n },
  "kernel.core_pattern": {},
  "kernel.perf_event_paranoid": { values: ["-1", "0", "1", "2", "3"] },
  "kernel.sched_rt_runtime_us": { min: -1, max: 1000000 },
  "kernel.softlockup_panic": flag,
  "kernel.yama.ptrace_scope": { values: ["0", "1", "2", "3"] },
  "kernel.kptr_restrict": upTo2,
  "kernel.dmesg_restrict": flag,
  "kernel.sysrq": { min: 0, max: 511 },
  "fs.aio-max-nr": { min: 65536, max: 4194304 },
  "fs.file-max": { min: 104857, max: 67108864 },
  "fs.inotify.max_user_instances": { min: 8192, max: 1048576 },
  "fs.inotify.max_user_watches": { min: 8192, max: 1048576 },
  "fs.nr_open": { min: 1048576, max: 2147483584 },
  "vm.dirty_background_ratio": { min: 1, max: 100 },
  "vm.dirty_background_bytes": { min: 0, max: 68719476736 },
  "vm.dirty_expire_centisecs": { min: 0, max: 6000 },
  "vm.dirty_ratio": { min: 1, max: 100 },
  "vm.dirty_bytes": { min: 0, max: 68719476736 },
  "vm.dirty_writeback_centisecs": { min: 0, max: 1000 },
  "vm.max_map_count": { min: 65536, max: 2147483647 },
  // "Must be one of {0, 1, 2}. Not supported on machines with less than 15 GB memory." (gcloud; the API document says
  // neither.)
  "vm.overcommit_memory": { ...upTo2, minMachineMemoryGb: 15 },
  "vm.overcommit_ratio": { min: 0, max: 100 },
  "vm.vfs_cache_pressure": { min: 0, max: 100 },
  "vm.swappiness": { min: 0, max: 200 },
  "vm.watermark_scale_factor": { min: 10, max: 3000 },
  "vm.min_free_kbytes": { min: 67584, max: 1048576 },
};

/**
 * Why GKE would refuse a node sysctl, or undefined. `machineMemoryGb`, where it is known, is held against what the
 * sysctl needs.
 */
export function sysctlMistake(name: string, value: string, machineMemoryGb?: number): string | undefined {
  const known = Object.hasOwn(sysctlLimits, name) ? sysctlLimits[name] : undefined;
  if (!known) return `is not on GKE's list of node sysctls: did you mean ${closest(name, Object.keys(sysctlLimits))}?`;
  if (
    known.minMachineMemoryGb !== undefined &&
    machineMemoryGb !== undefined &&
    machineMemoryGb < known.minMachineMemoryGb
  ) {
    return `needs a machine with at least ${known.minMachineMemoryGb} GB of memory; this one has ${machineMemoryGb} GB`;
  }
  if (known.values && !known.values.includes(value)) return `must be ${oneOf(known.values)}`;
  if (known.tuple && !/^[1-9]\d*(\s+[1-9]\d*){2}$/.test(value))
    return 'must be three positive whole numbers, like "4096 87380 6291456"';
  if (
    known.min !== undefined &&
    known.max !== undefined &&
    !(isWhole(value) && BigInt(value) >= known.min && BigInt(value) <= known.max)
  ) {
    return `must be ${known.min} to ${known.max}`;
  }
  return value.trim() === "" ? "must not be empty" : undefined;
}

/** BigInt("") is 0 and BigInt("0x10") is 16; GKE takes neither. */
const isWhole = (value: string): boolean => /^-?\d+$/.test(value);

const oneOf = (values: readonly string[]): string => `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
