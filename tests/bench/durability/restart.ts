import * as fs from "node:fs";
import { DataFiles } from "../../support/damage";
import { eventually } from "../../support/eventually";
import { PodLab, type Pod } from "../../support/pod-lab";

export type Form = "base as RDB" | "base as commands" | "log only";
export interface Restart {
  megabytes: number;
  form: Form;
  onDiskMegabytes: number;
  seconds: number[];
}

const valueBytes = 1000;
const batch = 5000;

const patience = { timeout: 600_000, every: 50 };
const rewritten = (pod: Pod) =>
  eventually(
    "rewritten",
    async () => {
      const info = await pod.info("persistence");
      return info.aof_rewrite_in_progress === "0" && info.aof_rewrite_scheduled === "0";
    },
    { timeout: 600_000, every: 200 },
  );

/** Values that do not compress: a slice of random letters each. */
async function fill(pod: Pod, megabytes: number, form: Form): Promise<void> {
  await pod.with(async (client) => {
    await client.config("SET", "auto-aof-rewrite-percentage", "0");
    await client.config("SET", "aof-use-rdb-preamble", form === "base as RDB" ? "yes" : "no");
    await client.eval(
      `local x, t = 1, {} for i = 1, ${valueBytes + batch} do x = (x * 1103515245 + 12345) % 2147483648 t[i] = string.char(97 + math.floor(x / 65536) % 26) end redis.call('SET', KEYS[1], table.concat(t))`,
      1,
      "slices",
    );
    const keys = Math.round((megabytes * 1e6) / valueBytes);
    for (let from = 0; from < keys; from += batch) {
      await client.eval(
        `local all = redis.call('GET', 'slices') for n = ${from}, ${Math.min(keys, from + batch) - 1} do redis.call('SET', 'key:' .. n, string.sub(all, n % ${batch} + 1, n % ${batch} + ${valueBytes})) end`,
        0,
      );
    }
    if (form !== "log only") await client.bgrewriteaof();
  });
  await rewritten(pod);
}

/** From the start of the pod until it is ready, with so much data on its volume in this form. */
async function restart(megabytes: number, form: Form, runs: number): Promise<Restart> {
  const lab = await PodLab.create({ resources: { memory: "2Gi" }, persistence: { save: "3600 1000000000" } });
  const pod = lab.standalone();
  try {
    pod.start();
    await pod.ready(patience);
    await fill(pod, megabytes, form);
    await pod.stop();
    const files = new DataFiles(pod);
    const size = [files.base, ...files.incremental].reduce((sum, file) => sum + fs.statSync(file).size, 0);
    const seconds: number[] = [];
    for (let run = 0; run < runs; run++) {
      const from = performance.now();
      pod.start();
      await pod.ready(patience);
      seconds.push((performance.now() - from) / 1000);
      await pod.stop();
    }
    return { megabytes, form, onDiskMegabytes: size / 1e6, seconds };
  } finally {
    await lab.destroy();
  }
}

export async function restarts(runs: number, say: (text: string) => void): Promise<Restart[]> {
  const found: Restart[] = [];
  for (const megabytes of [100, 1000]) {
    for (const form of ["base as RDB", "base as commands", "log only"] as const) {
      const row = await restart(megabytes, form, runs);
      found.push(row);
      say(`  ok  restart with ${megabytes} MB, ${form}: ${row.seconds.map((value) => value.toFixed(2)).join(", ")} s`);
    }
  }
  return found;
}
