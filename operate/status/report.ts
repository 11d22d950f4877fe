import type { PodFacts } from "./inventory";
import type { RedisView, SentinelView } from "./replies";
import type { Answer, Sight } from "./collect";
import { verdict } from "./verdict";

type Row = string[];

/**
 * Columns as wide as their widest cell. The last cell of a row takes what room it needs: it is where an error text
 * stands.
 */
export function table(rows: readonly Row[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.slice(0, -1).forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  return rows
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]! + 2))).join(""),
    )
    .join("\n");
}

/** 1.5 MB, as short as it can be read. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(count <= 0 ? 0 : Math.floor(Math.log(count) / Math.log(1024)), units.length - 1);
  const value = count / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

export function report(sight: Sight, namespace: string): string {
  const { redis, sentinels, endpoints } = sight;
  const master = redis.find(({ view }) => view?.role === "master")?.view;
  const tables = [
    table([
      ["REDIS", "ROLE", "LINK", "LAG", "KEYS", "MEMORY", "DISK", "RESTARTS", "NODE"],
      ...redis.map((answer) => redisRow(answer, master)),
    ]),
    ...(redis.some(({ view }) => view?.kernel.length)
      ? [table([["KERNEL", "SOMAXCONN", "HUGE PAGES", "OVERCOMMIT", "NODE", "VERDICT"], ...redis.flatMap(kernelRow)])]
      : []),
    ...(sentinels.length > 0
      ? [
          table([
            ["SENTINEL", "NAMES AS MASTER", "QUORUM", "REPLICAS", "SENTINELS", "RESTARTS", "NODE"],
            ...sentinels.map((answer) => sentinelRow(answer, sight)),
          ]),
        ]
      : []),
    ...(endpoints.length > 0
      ? [
          table([
            ["ENDPOINT", "STATE", "RESTARTS", "NODE"],
            ...endpoints.map((pod) => [pod.name, pod.ready ? "ready" : (pod.trouble ?? "not ready"), ...place(pod)]),
          ]),
        ]
      : []),
  ];
  return `${tables.join("\n\n")}\n\n${verdict(sight, namespace)}`;
}

const place = (pod: PodFacts): Row => [String(pod.restarts), pod.node];

const silent = ({ pod, problem }: Answer<unknown>): Row => [
  pod.name,
  `cannot be asked: ${problem} (node ${pod.node}, ${pod.restarts} restarts)`,
];

function redisRow(answer: Answer<RedisView>, master: RedisView | undefined): Row {
  const { pod, view } = answer;
  if (!view) return silent(answer);
  const memory = `${bytes(view.memory)}${view.maxmemory ? ` of ${bytes(view.maxmemory)}` : ""}`;
  const role = view.loading ? "loading" : view.role === "master" ? "master" : "replica";
  return [
    pod.name,
    role,
    link(view),
    lag(view, master),
    String(view.keys),
    memory,
    view.disk ? `${view.disk.percent} % of ${bytes(view.disk.size)}` : "?",
    ...place(pod),
  ];
}

function link(view: RedisView): string {
  if (view.role === "master") return "-";
  if (view.syncing) return "copying";
  return view.linkUp ? "up" : `down${view.downSeconds === undefined ? "" : ` ${view.downSeconds} s`}`;
}

/**
 * Bytes behind the master, and seconds since it was last heard. The pods are not asked at one instant: a replica can
 * seem ahead.
 */
function lag(view: RedisView, master: RedisView | undefined): string {
  if (view.role === "master") return "-";
  const behind = master ? bytes(Math.max(0, master.offset - view.offset)) : "?";
  return view.silentSeconds === undefined ? behind : `${behind}, ${view.silentSeconds} s`;
}

/** What a pod got of its node's kernel; that of a pod which cannot be asked stands in its other row. */
function kernelRow({ pod, view }: Answer<RedisView>): Row[] {
  if (!view?.kernel.length) return [];
  const value = (name: string) => view.kernel.find((one) => one.name === name)?.value ?? "?";
  const wrong = view.kernel.filter(({ right }) => !right).map(({ name, wanted }) => `${name}: wanted ${wanted}`);
  return [
    [
      pod.name,
      value("net.core.somaxconn"),
      value("transparent huge pages"),
      value("vm.overcommit_memory"),
      pod.node,
      wrong.join("; ") || "as wanted",
    ],
  ];
}

function sentinelRow(answer: Answer<SentinelView>, { instance }: Sight): Row {
  const { pod, view } = answer;
  if (!view) return silent(answer);
  const named = [instance.podAt.get(view.address) ?? view.address, ...view.flags].join(" ");
  return [pod.name, named, String(view.quorum), String(view.replicas), String(view.otherSentinels + 1), ...place(pod)];
}
