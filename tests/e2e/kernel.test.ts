import assert from "node:assert/strict";
import * as fs from "node:fs";
import { embedded } from "../../operate/engine/target";
import { imageNames } from "../../stand-ins/images";
import { instances, look } from "../../operate/status/collect";
import { report } from "../../operate/status/report";
import { kubectl, pods } from "../support/cluster";
import { eventually } from "../support/eventually";
import { Project } from "../support/project";

const id = Math.random().toString(36).slice(2, 8);
const namespace = `redis-e2e-${id}-kernel`;
const tuning = `${namespace}-kernel`;
const config = {
  mode: "standalone",
  namespace,
  image: imageNames.redis,
  resources: { memory: "64Mi", cpu: "20m" },
  auth: { password: "a-password-of-the-e2e-tests" },
};

/** The machine's own: the nodes of the embedded cluster are network namespaces, and share one kernel. */
const files = {
  hugePages: "/sys/kernel/mm/transparent_hugepage/enabled",
  defrag: "/sys/kernel/mm/transparent_hugepage/defrag",
  overcommit: "/proc/sys/vm/overcommit_memory",
} as const;
type Values = Record<keyof typeof files, string>;
const chosen = (text: string) => /\[(.*)\]/.exec(text)?.[1] ?? text.trim();
const values = () =>
  Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, chosen(fs.readFileSync(file, "utf8"))]),
  ) as Values;
const set = (wanted: Values) => {
  for (const [name, value] of Object.entries(wanted)) fs.writeFileSync(files[name as keyof Values], value);
};
const untuned: Values = { hugePages: "always", defrag: "madvise", overcommit: "0" };
const tuned: Values = { hugePages: "never", defrag: "never", overcommit: "1" };

/** One story, told in order: each step stands on the one before it. */
describe("kernel: untuned nodes, and what becomes of them", function () {
  this.timeout(300_000);
  this.bail(true);
  const project = new Project();
  const own = values();

  const configure = (kernel: { enforce?: boolean; tune?: boolean }) =>
    project.configure("e2e-kernel", { ...config, kernel });
  const logs = (container: string) => kubectl("logs", "-n", namespace, "redis-0", "-c", container).catch(() => "");
  const tunerLogs = () => kubectl("logs", "-n", tuning, "-l", "app.kubernetes.io/name=kernel-tuning", "--tail", "-1");
  const status = async () =>
    report(await look(embedded, namespace, (await instances(embedded, namespace))[0]!), namespace);
  const ready = async () => (await pods(namespace, "redis"))[0]?.status.containerStatuses?.[0]?.ready;
  /** Until the pod has said why it waits; what it said. */
  const waits = () =>
    eventually(
      "the pod waits and says why",
      async () => {
        const said = await logs("kernel");
        return /waiting: /.test(said) && said;
      },
      { timeout: 180_000 },
    );
  /** Redis's own words for an untuned kernel. */
  const complaints = /overcommit must be enabled|Transparent Huge Pages|TCP backlog setting .* cannot be enforced/;

  before(async () => {
    set(untuned);
    configure({});
    await project.init("e2e-kernel");
  });
  after(async () => {
    try {
      // What a failed step left would fail the next run too.
      await project.destroy("e2e-kernel").catch((error: unknown) => console.log(error));
      await kubectl("delete", "namespace", namespace, tuning, "--ignore-not-found");
      project.remove();
    } finally {
      // When the tuner is gone, or it would set them once more.
      set(own);
    }
    assert.deepEqual(values(), own);
  });

  it("only warns on an untuned node, where nothing else is asked for: what is wrong, where, and what to do", async () => {
    await project.up("e2e-kernel");
    const node = (await pods(namespace, "redis"))[0]!.spec.nodeName;
    const said = await logs("redis");
    assert.match(
      said,
      new RegExp(
        `WARNING: kernel: transparent huge pages is always on the node ${node}, wanted never: set kernel\\.tune: true .*: echo never >/sys/kernel/mm/transparent_hugepage/enabled`,
      ),
    );
    assert.match(said, new RegExp(`WARNING: kernel: vm\\.overcommit_memory is 0 on the node ${node}, wanted 1: `));
    assert.doesNotMatch(said, /WARNING: kernel: net\.core\.somaxconn/);
    // What the later steps miss has to be there now, or they would miss it in any case.
    assert.match(said, complaints);
    assert.match(
      await status(),
      /^redis-0 +\d+ +always +0 .*transparent huge pages: wanted never; vm\.overcommit_memory: wanted 1$/m,
    );
  });

  it("holds the pod back where that is enforced, and goes on by itself when somebody tunes the node", async () => {
    configure({ enforce: true });
    const up = project.up("e2e-kernel");
    up.catch(() => undefined);
    const said = await waits();
    const node = (await pods(namespace, "redis"))[0]!.spec.nodeName;
    assert.match(
      said,
      new RegExp(
        `waiting: the node ${node} has net\\.core\\.somaxconn \\d{4,}, transparent huge pages always \\(wanted never\\), vm\\.overcommit_memory 0 \\(wanted 1\\)`,
      ),
    );
    assert.match(said, /kernel\.tune: true/);
    const shown = await status();
    assert.match(
      shown,
      new RegExp(
        `redis-0 cannot be asked \\(waits for its node's kernel: the node ${node} has .*\\)\\. Look at: kubectl -n ${namespace} logs redis-0 -c kernel$`,
        "m",
      ),
    );
    set(tuned);
    await up;
    assert.equal(await ready(), true);
    assert.doesNotMatch(await logs("redis"), complaints);
  });

  it("holds a pod back on a node that came up untuned later, until the stack tunes its nodes", async () => {
    set(untuned);
    await kubectl("delete", "pod", "redis-0", "-n", namespace);
    await waits();
    configure({ enforce: true, tune: true });
    await project.up("e2e-kernel");
    assert.deepEqual(values(), tuned);
    // Each by itself: the tuners of all nodes set the machine's one kernel, and one may be the first at one file and
    // another at the next.
    const said = await tunerLogs();
    assert.match(said, /transparent_hugepage\/enabled: always -> never/);
    assert.match(said, /overcommit_memory: 0 -> 1/);
    await eventually("the pod is ready", ready);
    const start = await logs("redis");
    assert.match(start, /kernel: net\.core\.somaxconn \d{4,}, transparent huge pages never, vm\.overcommit_memory 1$/m);
    assert.doesNotMatch(start, complaints);
    assert.match(await status(), /^redis-0 +\d{4,} +never +1 .*as wanted$/m);
    const { kernel } = (await project.outputs("e2e-kernel")) as {
      kernel: { enforced: boolean; tuned: boolean; wanted: { overcommitMemory: number } };
    };
    assert.deepEqual([kernel.enforced, kernel.tuned, kernel.wanted.overcommitMemory], [true, true, 1]);
  });

  it("sets again what something else on the node has set, within its period", async () => {
    const timesTuned = async () => (await tunerLogs()).split("always -> never").length - 1;
    const before = await timesTuned();
    set(untuned);
    const since = Date.now();
    await eventually("tuned again", () =>
      Object.entries(tuned).every(([name, value]) => values()[name as keyof Values] === value),
    );
    console.log(`      tuned again after ${Math.round((Date.now() - since) / 1000)} s`);
    // One says so, or two that found it at the same moment.
    await eventually("a tuner says so", async () => (await timesTuned()) > before);
    // Not ready while the values were wrong; a refresh in these seconds would find an unhealthy resource.
    await kubectl("rollout", "status", "daemonset", "--namespace", tuning, "--timeout=30s");
  });

  it("changes nothing in a stack that is up, and leaves nothing when it is destroyed", async () => {
    await project.pulumi(["preview", "--refresh", "--expect-no-changes", "--stack", "e2e-kernel"]);
    await project.destroy("e2e-kernel");
    for (const gone of [namespace, tuning])
      assert.equal(await kubectl("get", "namespace", gone, "--ignore-not-found"), "");
  });
});
