import { max } from "d3-array";
import { scaleLinear, scaleLog } from "d3-scale";
import { area, line } from "d3-shape";
import type { ClientResult, RunResult } from "./run";

const [width, height] = [1100, 460];
const frame = { left: 70, right: width - 20, top: 90, bottom: height - 50 };
const colours: Record<string, string> = { Sentinel: "#1b6ac9", endpoint: "#e07b00", "Sentinel, cut off": "#5b7f3b" };

const text = (x: number, y: number, content: string, attributes = "") =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${content.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;

/** Write latency over time. A write that waits out the outage is a plateau as wide as it is high. */
export function picture({ fault, marks, clients, healed, reason }: RunResult): string {
  const seconds = (at: number) => (at - marks.fault) / 1000;
  const begin = -1.5;
  const end = Math.max(seconds(marks.end), 3);
  const slowest = Math.max(100, max(clients, ({ recorded }) => max(recorded.writes, ([, from, at]) => at - from)) ?? 0);
  const x = scaleLinear([begin, end], [frame.left, frame.right]);
  const y = scaleLog([0.3, slowest * 1.6], [frame.bottom, frame.top]).clamp(true);

  const graph = ({ client, recorded }: ClientResult) => {
    const columns = frame.right - frame.left;
    const column = (at: number) => Math.floor(x(seconds(at)) - frame.left);
    const worst = new Array<number>(columns).fill(NaN);
    for (const [, from, at] of recorded.writes) {
      for (let n = Math.max(0, column(from)); n <= Math.min(columns - 1, column(at)); n++)
        worst[n] = Math.max(worst[n] || 0, at - from);
    }
    const shape = { defined: (value: number) => !Number.isNaN(value), x: (_: number, n: number) => frame.left + n };
    const path =
      line<number>()
        .defined(shape.defined)
        .x(shape.x)
        .y((value) => y(value))(worst) ?? "";
    const below =
      area<number>()
        .defined(shape.defined)
        .x(shape.x)
        .y0(frame.bottom)
        .y1((value) => y(value))(worst) ?? "";
    const colour = colours[client] ?? "#555";
    return `<path d="${below}" fill="${colour}" fill-opacity="0.12"/><path d="${path}" fill="none" stroke="${colour}" stroke-width="1.2"/>`;
  };

  const lines: [number, string, string][] = [
    [marks.fault, "fault", "#c62828"],
    ...(marks.putBack - marks.fault > 2000 ? [[marks.putBack, "put back", "#757575"] as [number, string, string]] : []),
    ...marks.elections.map((at): [number, string, string] => [at, "election", "#7b1fa2"]),
    ...(marks.healed === undefined ? [] : [[marks.healed, "healed", "#2e7d32"] as [number, string, string]]),
  ];
  const marked = lines.map(([at, label, colour], index) => {
    const place = x(seconds(at));
    const anchor = place > frame.right - 120 ? 'text-anchor="end"' : "";
    return `<line x1="${place}" x2="${place}" y1="${frame.top - 4}" y2="${frame.bottom}" stroke="${colour}" stroke-dasharray="4 3"/>${text(place + (anchor ? -4 : 4), frame.top + 10 + (index % 4) * 14, `${label} ${seconds(at).toFixed(2)} s`, `${anchor} fill="${colour}" font-weight="bold" stroke="white" stroke-width="4" paint-order="stroke"`)}`;
  });
  const legend = clients.map(
    ({ client, outageMs, acknowledged, lost }, index) =>
      `<rect x="${frame.left + index * 340}" y="52" width="12" height="12" fill="${colours[client] ?? "#555"}"/>${text(frame.left + 18 + index * 340, 63, `${client}: outage ${(outageMs / 1000).toFixed(2)} s, ${lost} of ${acknowledged} lost`)}`,
  );
  const ticks = [1, 10, 100, 1000, 10_000, 100_000].filter((value) => value <= slowest * 1.6);

  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${text(frame.left, 26, `${fault.id}. ${fault.name}`, 'font-size="17" font-weight="bold"')}
${text(frame.left, 44, healed ? "write latency over time, healed" : `NOT healed: ${(reason ?? "").split("\n")[0]!.slice(0, 150)}`, `fill="${healed ? "#555" : "#c62828"}"`)}
${legend.join("\n")}
${ticks.map((value) => `<line x1="${frame.left}" x2="${frame.right}" y1="${y(value)}" y2="${y(value)}" stroke="#e0e0e0"/>${text(frame.left - 6, y(value) + 4, value < 1000 ? `${value} ms` : `${value / 1000} s`, 'text-anchor="end" fill="#555"')}`).join("\n")}
${x
  .ticks(12)
  .map(
    (value) =>
      `<line x1="${x(value)}" x2="${x(value)}" y1="${frame.bottom}" y2="${frame.bottom + 5}" stroke="#555"/>${text(x(value), frame.bottom + 18, `${value} s`, 'text-anchor="middle" fill="#555"')}`,
  )
  .join("\n")}
${clients.map(graph).join("\n")}
${marked.join("\n")}
<line x1="${frame.left}" x2="${frame.right}" y1="${frame.bottom}" y2="${frame.bottom}" stroke="#555"/>
${text((frame.left + frame.right) / 2, height - 12, "seconds since the fault", 'text-anchor="middle" fill="#555"')}
</svg>
`;
}
