import { median } from "d3-array";
import { nodeNamed } from "../../stand-ins/cluster/layout";
import { say } from "../../lib/progress";
import { eventually } from "../support/eventually";
import type { ChaosStack } from "../chaos/deployment";
import { networkBeside } from "../chaos/run";
import { ask, condition, podsOf } from "../chaos/state";
import { barePort, startBare } from "./bare";
import { benchmark, type Figures } from "./tool";

export interface Throughput {
  target: string;
  test: string;
  pipeline: number;
  perSecond: number;
  p99Ms: number;
  ofBare: { perSecond: number; p99: number };
}

interface Sample extends Figures {
  target: string;
  pipeline: number;
}

const pipelines = [
  { pipeline: 1, requests: 50_000 },
  { pipeline: 16, requests: 300_000 },
];

/** The three side by side, in turns: what else the machine does meets all of them alike. Medians over the rounds. */
export async function throughput(deployment: ChaosStack, rounds: number): Promise<Throughput[]> {
  const { masters } = await condition(deployment);
  const pods = await podsOf(deployment);
  const master = pods.find(({ metadata }) => metadata.name === masters[0])!;
  const node = master.spec.nodeName!;
  const stop = await startBare(node, deployment.namespace, master.metadata.name);
  const { password } = deployment;
  const targets = [
    { target: "bare redis-server", host: nodeNamed(node).address, port: barePort },
    { target: "pod, through its Service", host: deployment.address(master.metadata.name) },
    { target: "endpoint, through HAProxy", host: deployment.address("redis") },
  ];
  const samples: Sample[] = [];
  try {
    await eventually(
      "the bare redis-server answers",
      async () => (await ask(targets[0]!.host, barePort, password, ["PING"]))[0] === "PONG",
      { timeout: 20_000 },
    );
    for (let round = 1; round <= rounds; round++) {
      for (const { pipeline, requests } of pipelines) {
        for (const { target, ...where } of targets) {
          const figures = await benchmark({
            ...where,
            password,
            pipeline,
            requests,
            network: networkBeside({ pods, master }),
          });
          samples.push(...figures.map((found) => ({ ...found, target, pipeline })));
          say(
            `   round ${round}, pipeline ${pipeline}, ${target}: ${figures.map(({ test, perSecond, p99Ms }) => `${test} ${perSecond}/s, p99 ${p99Ms} ms`).join("; ")}`,
          );
        }
      }
    }
  } finally {
    stop();
  }
  return summarise(samples);
}

export function summarise(samples: readonly Sample[]): Throughput[] {
  const keys = [
    ...new Map(
      samples.map(({ test, pipeline, target }) => [`${test} ${pipeline} ${target}`, { test, pipeline, target }]),
    ).values(),
  ];
  const medianOf = (wanted: (sample: Sample) => boolean, value: (sample: Sample) => number) =>
    median(samples.filter(wanted), value)!;
  return keys.map(({ test, pipeline, target }) => {
    const own = (sample: Sample) => sample.test === test && sample.pipeline === pipeline && sample.target === target;
    const bare = (sample: Sample) =>
      sample.test === test && sample.pipeline === pipeline && sample.target === samples[0]!.target;
    const [perSecond, p99Ms] = [medianOf(own, (sample) => sample.perSecond), medianOf(own, (sample) => sample.p99Ms)];
    return {
      target,
      test,
      pipeline,
      perSecond,
      p99Ms,
      ofBare: {
        perSecond: perSecond / medianOf(bare, (sample) => sample.perSecond),
        p99: p99Ms / medianOf(bare, (sample) => sample.p99Ms),
      },
    };
  });
}
