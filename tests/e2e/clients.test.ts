import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { checkout } from "../../lib/paths";
import { CommandFailed, run, which } from "../../lib/run";
import { ChaosStack } from "../chaos/deployment";
import { signal } from "../chaos/processes";
import { kubectl, pods, settled } from "../support/cluster";
import { sleep } from "../support/eventually";

interface Library {
  name: string;
  tool: string;
  manifests: string[];
  /** In the folder, once for each state of the manifests. */
  install: string[][];
  start: string[];
}

const libraries: Library[] = [
  {
    name: "ioredis",
    tool: "npm",
    manifests: ["package.json"],
    install: [["npm", "install", "--silent", "--no-package-lock", "--no-audit", "--no-fund"]],
    start: [process.execPath, "example.mjs"],
  },
  {
    name: "node-redis",
    tool: "npm",
    manifests: ["package.json"],
    install: [["npm", "install", "--silent", "--no-package-lock", "--no-audit", "--no-fund"]],
    start: [process.execPath, "example.mjs"],
  },
  {
    name: "go-redis",
    tool: "go",
    manifests: ["go.mod", "go.sum", "main.go"],
    install: [["go", "build", "-o", "example", "."]],
    start: ["./example"],
  },
  {
    name: "redis-py",
    tool: "python3",
    manifests: ["requirements.txt"],
    install: [
      ["python3", "-m", "venv", "venv"],
      ["venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"],
    ],
    start: ["venv/bin/python3", "example.py"],
  },
];

const folderOf = ({ name }: Library) => path.join(checkout, "build", "clients", name);

/** The example as it is now, with what its manifest asks for; a manifest that did not change is not installed again. */
async function install(library: Library): Promise<void> {
  const [source, folder] = [path.join(checkout, "examples", "clients", library.name), folderOf(library)];
  const wanted = library.manifests.map((file) => fs.readFileSync(path.join(source, file), "utf8")).join("\n");
  const stamp = path.join(folder, "installed");
  const there = fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted;
  if (!there) fs.rmSync(folder, { recursive: true, force: true });
  fs.cpSync(source, folder, { recursive: true });
  if (there) return;
  for (const [command, ...args] of library.install) await run(command!, args, { cwd: folder });
  fs.writeFileSync(stamp, wanted);
}

interface Outcome {
  acknowledged: number;
  lost: number;
  longest: number;
  refusals: string;
}

/** Each example is a process of its own, as a service is; the last line that it prints is its outcome. */
async function outcome(library: Library, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const [command, ...args] = library.start;
  let said: string;
  try {
    said = await run(command!, args, { cwd: folderOf(library), env, timeoutSeconds: 120 });
  } catch (error) {
    // It ends with 1 when a write is lost too, and says so in the same line.
    said = (error as CommandFailed).output;
  }
  const found = /^acknowledged (\d+), lost (-?\d+), longest wait (\d+) ms, refusals (\{.*\})$/m.exec(said);
  assert.ok(found, `${library.name} did not come to its end:\n${said}`);
  return { acknowledged: Number(found[1]), lost: Number(found[2]), longest: Number(found[3]), refusals: found[4]! };
}

const ways = ["Sentinel", "the endpoint"] as const;
const seconds = 20;

describe("the examples for client libraries, through Sentinel and through the endpoint", function () {
  this.timeout(600_000);
  const deployment = new ChaosStack(`redis-e2e-${Math.random().toString(36).slice(2, 8)}-clients`);
  const runnable = libraries.filter(({ tool }) => which(tool));

  const environmentOf = (way: (typeof ways)[number]): NodeJS.ProcessEnv => ({
    REDIS_PASSWORD: deployment.password,
    SECONDS: String(seconds),
    ...(way === "Sentinel"
      ? {
          REDIS_SENTINELS: deployment.sentinels.map((address) => `${address}:26379`).join(","),
          REDIS_MASTER: deployment.masterName,
        }
      : { REDIS_HOST: deployment.address("redis"), REDIS_PORT: "6379" }),
  });
  const healed = () => settled(deployment.namespace, { every: 500, timeout: 120_000 });

  before(async () => {
    for (const library of runnable) await install(library);
    await deployment.up();
  });
  after(() => deployment.remove());

  const faults = [
    {
      name: "a planned move",
      losesNothing: true,
      strike: (master: string) => kubectl("delete", "pod", master, "-n", deployment.namespace, "--wait=false"),
    },
    {
      name: "a crash",
      losesNothing: false,
      strike: async (master: string) => {
        const found = (await pods(deployment.namespace, "redis")).find(({ metadata }) => metadata.name === master);
        signal(found!.metadata.uid, "SIGKILL", "redis-server");
      },
    },
  ];

  for (const { name, losesNothing, strike } of faults) {
    describe(`over ${name} of the master`, () => {
      const outcomes = new Map<string, PromiseSettledResult<Outcome>>();

      before(async () => {
        const master = await healed();
        const all = runnable.flatMap((library) =>
          ways.map((way) => ({ key: `${library.name} ${way}`, ended: outcome(library, environmentOf(way)) })),
        );
        const settled = Promise.allSettled(all.map(({ ended }) => ended));
        await sleep(seconds * 400);
        await strike(master);
        (await settled).forEach((result, index) => outcomes.set(all[index]!.key, result));
      });

      for (const library of libraries) {
        for (const way of ways) {
          it(`${library.name} through ${way}: ${losesNothing ? "every write is acknowledged in the end, and none is lost" : "every write is acknowledged in the end"}`, function () {
            if (!runnable.includes(library)) {
              console.log(`      ${library.tool} is not on the PATH`);
              return this.skip();
            }
            const result = outcomes.get(`${library.name} ${way}`)!;
            if (result.status === "rejected") throw result.reason;
            const { acknowledged, lost, longest, refusals } = result.value;
            console.log(`      longest wait ${longest} ms, lost ${lost} of ${acknowledged}, refusals ${refusals}`);
            assert.ok(acknowledged > 100, `only ${acknowledged} writes in ${seconds} s`);
            if (losesNothing) assert.equal(lost, 0);
          });
        }
      }
    });
  }
});
