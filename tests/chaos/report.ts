import { group, quantile, sum } from "d3-array";
import { numberOf } from "./fault";
import type { ClientResult, RunResult } from "./run";

export interface Row {
  fault: number;
  name: string;
  client: string;
  runs: number;
  outageMs: { p50: number; p95: number; max: number };
  acknowledged: number;
  lost: number;
  regressions: number;
  /** Full copies of nodes that were there all the time; of all runs, and of all clients the same. */
  copies: number;
  /** The most that any run ended with. */
  masters: number;
  /** In every run. */
  healed: boolean;
  reasons?: string[];
}

const at = (values: readonly number[], share: number) => Math.round(quantile(values, share) ?? 0);

/** One row for each client of each fault. */
export function rowsOf(results: readonly RunResult[]): Row[] {
  return [...group(results, ({ fault }) => fault)].flatMap(([fault, runs]) =>
    runs[0]!.clients.map(({ client }) => {
      const found = runs.flatMap(({ clients }) => clients.filter((candidate) => candidate.client === client));
      const outages = found.map(({ outageMs }) => outageMs);
      const reasons = [...new Set(runs.flatMap(({ reason }) => (reason ? [reason] : [])))];
      return {
        fault: numberOf(fault),
        name: fault.name,
        client,
        runs: runs.length,
        outageMs: { p50: at(outages, 0.5), p95: at(outages, 0.95), max: Math.max(...outages) },
        acknowledged: sum(found.map(({ acknowledged }) => acknowledged)),
        lost: sum(found.map(({ lost }) => lost)),
        regressions: sum(found.map(({ regressions }) => regressions)),
        copies: sum(runs.map(({ copies }) => copies)),
        masters: Math.max(...runs.map(({ masters }) => masters)),
        healed: reasons.length === 0,
        ...(reasons.length > 0 ? { reasons } : {}),
      };
    }),
  );
}

/** How many acknowledged writes are missing, and over what time they had been acknowledged. */
export const lossInWords = ({ lost, lostMs }: ClientResult): string =>
  `${lost} lost${lost > 0 ? ` (of ${lostMs} ms)` : ""}`;

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);

export function markdown(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    String(row.fault),
    row.name,
    row.client,
    String(row.runs),
    seconds(row.outageMs.p50),
    seconds(row.outageMs.p95),
    seconds(row.outageMs.max),
    String(row.acknowledged),
    String(row.lost),
    String(row.regressions),
    String(row.copies),
    String(row.masters),
    row.healed ? "yes" : "**no**",
  ]);
  const head = [
    "fault",
    "name",
    "client",
    "runs",
    "outage p50 (s)",
    "p95",
    "max",
    "acknowledged",
    "lost",
    "regressions",
    "full copies",
    "masters",
    "healed",
  ];
  const reasons = [
    ...new Set(
      rows.flatMap(({ fault, name, reasons: why = [] }) =>
        why.map((reason) => `- ${fault}, ${name}: ${reason.split("\n")[0]}`),
      ),
    ),
  ];
  return `${[head, head.map(() => "---"), ...cells].map((line) => `| ${line.join(" | ")} |`).join("\n")}\n${reasons.length > 0 ? `\nNot healed:\n\n${reasons.join("\n")}\n` : ""}`;
}
