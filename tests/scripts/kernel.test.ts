import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { nodeInitScript, tuningScripts } from "../../components/kernel/scripts";
import { eventually, printTime, sleep } from "../support/eventually";
import { PodLab } from "../support/pod-lab";

/** The kernel's files of a machine that nobody tuned. */
const untuned = {
  enabled: "always [madvise] never",
  defrag: "always defer defer+madvise [madvise] never",
  overcommit_memory: "0",
  somaxconn: "128",
};

describe("kernel: the tuning in the image's own shell", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let running: ChildProcess | undefined;
  const file = (name: string) => path.join(lab.root, "node", name);
  const read = (name: string) => fs.readFileSync(file(name), "utf8").trim();
  const write = (values: Record<string, string>) => {
    for (const [name, value] of Object.entries(values)) fs.writeFileSync(file(name), `${value}\n`);
  };
  const env = (root = "") => ({
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HUGE_PAGES: `${root}/node`,
    OVERCOMMIT: `${root}/node/overcommit_memory`,
    SOMAXCONN: `${root}/node/somaxconn`,
  });
  const run = (script: string, ...user: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      "/usr/sbin/chroot",
      [...user, lab.root, "/bin/sh", `/scripts/${script}`],
      { env: env(), encoding: "utf8" },
    );
    return { status, output: stdout + stderr };
  };

  beforeEach(async () => {
    lab = await PodLab.create();
    for (const [name, text] of Object.entries(tuningScripts()))
      fs.writeFileSync(path.join(lab.root, "scripts", name), text);
    fs.mkdirSync(path.join(lab.root, "node"));
    write(untuned);
  });
  afterEach(async () => {
    if (running?.pid && running.exitCode === null) process.kill(-running.pid, "SIGKILL");
    running = undefined;
    await lab.destroy();
  });

  it("sets what is wrong, says from what to what, and has nothing to say the second time", () => {
    const first = run("kernel-tune.sh");
    assert.equal(first.status, 0, first.output);
    assert.deepEqual(["enabled", "defrag", "overcommit_memory", "somaxconn"].map(read), [
      "never",
      "never",
      "1",
      "4096",
    ]);
    for (const line of [
      /enabled: madvise -> never$/m,
      /defrag: madvise -> never$/m,
      /overcommit_memory: 0 -> 1$/m,
      /somaxconn: 128 -> 4096$/m,
    ])
      assert.match(first.output, line);
    assert.deepEqual(run("kernel-tune.sh"), { status: 0, output: "" });
  });

  it("never lowers a queue that is longer than ours", () => {
    write({ somaxconn: "65535" });
    assert.equal(run("kernel-tune.sh").status, 0);
    assert.equal(read("somaxconn"), "65535");
  });

  it("does not take the first of the choices for the one that is set", () => {
    write({
      enabled: "[always] madvise never",
      defrag: "always defer defer+madvise madvise [never]",
      overcommit_memory: "1",
      somaxconn: "4096",
    });
    const { output } = run("kernel-tune.sh");
    assert.match(output, /enabled: always -> never$/m);
    assert.doesNotMatch(output, /defrag/);
  });

  it("fails with path and reason where a value cannot be written, and sets the others all the same", () => {
    for (const name of ["enabled", "defrag", "somaxconn"]) fs.chownSync(file(name), 99, 99);
    const { status, output } = run("kernel-tune.sh", "--userspec=99:99");
    assert.equal(status, 1);
    assert.match(output, /ERROR: \/node\/overcommit_memory is 0 and cannot be set to 1 \(.*Permission denied/);
    assert.deepEqual(["enabled", "somaxconn"].map(read), ["never", "4096"]);
  });

  it("notices a value that the kernel took without an error and did not keep", () => {
    fs.rmSync(file("overcommit_memory"));
    fs.symlinkSync("/dev/null", file("overcommit_memory"));
    const { status, output } = run("kernel-tune.sh");
    assert.equal(status, 1);
    assert.match(output, /overcommit_memory .* cannot be set to 1 \(it stays/);
  });

  it("has nothing to switch off where the kernel has no huge pages", () => {
    for (const name of ["enabled", "defrag"]) fs.rmSync(file(name));
    assert.equal(run("kernel-tune.sh").status, 0);
    assert.ok(!fs.existsSync(file("enabled")), "a file of ours in the place of the kernel's");
    assert.deepEqual(run("kernel-tuned.sh"), { status: 0, output: "" });
  });

  it("is ready only while the node's values are right, and names those that are not", () => {
    const { status, output } = run("kernel-tuned.sh");
    assert.equal(status, 1);
    assert.equal(output, "transparent huge pages: madvise, wanted never\nvm.overcommit_memory: 0, wanted 1\n");
    write({ enabled: "always madvise [never]", overcommit_memory: "1" });
    // A pod's own queue is none of the node's values: a tuner that cannot reach it must not stay unready for it.
    assert.deepEqual(run("kernel-tuned.sh"), { status: 0, output: "" });
  });

  it("sets a value again that something else set, and tells a lasting failure once", async () => {
    let output = "";
    running = spawn("/usr/sbin/chroot", [lab.root, "/bin/sh", "/scripts/kernel-tune.sh", "0.2"], {
      env: env(),
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    running.stdout!.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    const ended = new Promise((resolve) => running!.on("exit", resolve));
    const seen = (text: string) => output.split(text).length - 1;
    await eventually("the first round", () => seen("as wanted") === 1);
    for (const times of [2, 3]) {
      write({ enabled: "[always] madvise never" });
      await eventually("set again", () => read("enabled") === "never");
      await eventually("and each time said", () => seen("enabled: always -> never") === times - 1);
    }
    fs.rmSync(file("overcommit_memory"));
    fs.mkdirSync(file("overcommit_memory"));
    await eventually("the failure", () => seen("ERROR") > 0);
    await sleep(1000);
    assert.equal(seen("ERROR"), 1, output);
    running.kill("SIGTERM");
    assert.equal(await ended, 0);
  });

  it("leaves a pod's queue alone in the loop, it could set only its own, which nobody uses; and stops when told, not at the next round", async () => {
    running = spawn("/usr/sbin/chroot", [lab.root, "/bin/sh", "/scripts/kernel-tune.sh", "3600"], {
      env: env(),
      detached: true,
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => running!.on("exit", resolve));
    await eventually("tuned", () => read("overcommit_memory") === "1");
    assert.equal(read("somaxconn"), "128");
    running.kill("SIGTERM");
    assert.equal(await ended, 0);
  });

  it("is a node's start-up script with nothing beside it: bash, and the wanted values in its head", () => {
    const script = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-")), "init");
    fs.writeFileSync(script, nodeInitScript(), { mode: 0o755 });
    assert.match(nodeInitScript(), /^#!\/bin\/bash\n/);
    assert.match(nodeInitScript().slice(0, 800), /^WANTED_HUGE_PAGES=never$/m);
    assert.doesNotMatch(nodeInitScript(), /dirname|shellcheck/);
    const output = execFileSync(script, { env: env(lab.root), cwd: "/", encoding: "utf8" });
    assert.equal(output.trim().split("\n").length, 4, output);
    assert.deepEqual(["enabled", "defrag", "overcommit_memory", "somaxconn"].map(read), [
      "never",
      "never",
      "1",
      "4096",
    ]);
    fs.rmSync(path.dirname(script), { recursive: true });
  });

  it("reads a number of /proc whole: the shell's own `read` gets only its first digit", () => {
    const said = execFileSync(
      path.join(lab.root, "bin", "busybox"),
      ["sh", path.join(lab.root, "scripts", "kernel-status.sh")],
      { encoding: "utf8" },
    );
    assert.ok(said.includes(`:${fs.readFileSync("/proc/sys/net/core/somaxconn", "utf8").trim()}:`), said);
  });
});

describe("kernel: what a Redis pod makes of it", function () {
  this.timeout(300_000);
  let lab: PodLab;
  beforeEach(async () => {
    lab = await PodLab.create();
  });
  afterEach(() => lab.destroy());
  const lines = (output: string, pattern: RegExp) => output.split("\n").filter((line) => pattern.test(line));

  it("logs the values that it got before Redis starts, and nothing more where they are right", async () => {
    const pod = lab.standalone().start();
    await eventually("Redis runs", () => pod.output.includes("Ready to accept connections"));
    assert.match(
      pod.output.split("\n")[0]!,
      /kernel: net\.core\.somaxconn 4096, transparent huge pages never, vm\.overcommit_memory 1$/,
    );
    assert.doesNotMatch(pod.output, /WARNING: kernel/);
  });

  it("warns of each wrong value with value, node, what is wanted and what to do, and starts all the same", async () => {
    const pod = lab.standalone();
    pod.kernel({ enabled: untuned.enabled, overcommit_memory: "0", somaxconn: "128" });
    pod.start();
    await eventually("Redis runs", () => pod.output.includes("Ready to accept connections"));
    const warnings = lines(pod.output, /WARNING: kernel/);
    assert.equal(warnings.length, 3, pod.output);
    for (const [index, pattern] of [
      /net\.core\.somaxconn is 128 on the node lab-node, wanted at least 1024: .*Linux 5\.4/,
      /transparent huge pages is madvise on the node lab-node, wanted never: set kernel\.tune: true .*echo never >\S+\/enabled$/,
      /vm\.overcommit_memory is 0 on the node lab-node, wanted 1: set kernel\.tune: true .*echo 1 >\S+overcommit_memory$/,
    ].entries())
      assert.match(warnings[index]!, pattern);
  });

  it("takes a kernel without huge pages for right, and an unreadable value for wrong", async () => {
    const pod = lab.kernelGate();
    pod.kernel({ enabled: undefined });
    assert.equal(await pod.start().exit(), 0);
    await pod.says(/transparent huge pages none/);
    pod.kernel({ overcommit_memory: undefined });
    pod.start();
    await eventually("it waits", () => /waiting: .*vm\.overcommit_memory unreadable \(wanted 1\)/.test(pod.output));
  });

  it("waits where that is enforced, says why once, and goes on by itself", async () => {
    const pod = lab.kernelGate();
    pod.kernel({ enabled: "[always] madvise never", overcommit_memory: "0" });
    pod.start();
    await eventually("it says why", () => pod.output.includes("waiting: "));
    await sleep(2500);
    assert.ok(pod.running);
    assert.equal(lines(pod.output, /waiting: /).length, 1, pod.output);
    assert.equal(lines(pod.output, /WARNING/).length, 2, pod.output);
    // The last line is what `make status` shows.
    assert.match(
      pod.output.trim().split("\n").at(-1)!,
      /waiting: the node lab-node has net\.core\.somaxconn 4096, transparent huge pages always \(wanted never\), vm\.overcommit_memory 0 \(wanted 1\)$/,
    );
    pod.kernel({ enabled: "always madvise [never]" });
    await eventually(
      "what is left",
      () => lines(pod.output, /waiting: .*transparent huge pages never, vm\.overcommit_memory 0/).length === 1,
    );
    pod.kernel({ overcommit_memory: "1" });
    const tuned = Date.now();
    assert.equal(await pod.exit(), 0);
    printTime("after the node was tuned", tuned, 2);
  });

  it("does not let the pod start because the waiting was stopped", async () => {
    const pod = lab.kernelGate();
    pod.kernel({ overcommit_memory: "0" });
    pod.start();
    await eventually("it waits", () => pod.output.includes("waiting: "));
    assert.equal(await pod.stop(), 1);
  });
});
