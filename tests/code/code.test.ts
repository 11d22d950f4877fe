import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { checkout } from "../../lib/paths";
import { run, which } from "../../lib/run";
import { typescript } from "../support/typescript";
import { ESLint, type Linter } from "eslint";
import { parse } from "yaml";

/** What `no-restricted-imports` is told of a file. */
interface Restriction {
  patterns: { regex: string; message: string }[];
}

const tool = (name: string) => path.join(checkout, "node_modules", ".bin", name);

/** Everything that git tracks or would track. */
const files = () =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: checkout, encoding: "utf8" })
    .split("\n")
    .filter((file) => file && fs.existsSync(path.join(checkout, file)));

const isShell = (file: string) => {
  const head = fs.readFileSync(path.join(checkout, file), "utf8").slice(0, 60);
  return file.endsWith(".sh") || /^#!\/bin\/sh|^# shellcheck shell=/.test(head);
};

/**
 * What each tool found last is kept, and only what changed is looked at again. ESLint does not see that a function
 * elsewhere has begun to give a promise; the run on a clean checkout does.
 */
const kept = (name: string) => path.join(checkout, "node_modules", ".cache", name);
const tsc = ["--noEmit", "--incremental", "--tsBuildInfoFile", kept("tsc.json")];
const eslintCache = ["--cache", "--cache-strategy", "content", "--cache-location", kept("eslint/")];
const eslint = [".", "--max-warnings", "0", ...eslintCache];
const prettier = ["--check", ".", "--log-level", "warn", "--cache"];

const sources = () => files().filter((file) => file.endsWith(".ts") && !file.startsWith("examples/"));
const dpdm = () => ["--no-tree", "--no-warning", "--no-progress", "--exit-code", "circular:1", ...sources()];
const shellcheck = () => ["--external-sources", "--source-path=SCRIPTDIR", ...files().filter(isShell)];

/** A failure is told by the test that waits for it. */
function quietly<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
const begin = (program: string, args: string[]) => quietly(run(program, args, { cwd: checkout }));
const after = (before: Promise<unknown>, program: string, args: () => string[]) =>
  quietly(before.catch(() => undefined).then(() => run(program, args(), { cwd: checkout })));

// Begun as this file is loaded, two at a time, beside the tests of the other files: together they take as long as all
// the rest of `make unit`.
const types = begin(tool("tsc"), tsc);
const lint = begin(tool("eslint"), eslint);
const format = after(types, tool("prettier"), () => prettier);
const circles = after(format, tool("dpdm"), dpdm);
const schema = after(circles, process.execPath, () => [...typescript, "tests/support/schema/print.ts"]);
const shell = after(lint.catch(() => undefined).then(installShellcheck), "shellcheck", shellcheck);

describe("the code itself", function () {
  this.timeout(600_000);

  it("has no type error", async () => {
    await types;
  });

  it("has no lint finding, such as a promise that nobody waits for", async () => {
    await lint;
  });

  it("is formatted as Prettier and shfmt would", async () => {
    await format;
  });

  it("has no shell mistake that shellcheck knows", async function () {
    assert.ok(files().some(isShell), "no shell file found: the search is broken");
    await shell.catch((error: unknown) => {
      if (which("shellcheck")) throw error;
      this.skip();
    });
  });

  it("has no circle of imports, of types neither", async () => {
    await circles;
  });

  it("has the schema for other languages that its types and comments have (`make golden` writes it)", async function () {
    this.timeout(600_000);
    assert.equal(fs.readFileSync(path.join(checkout, "components/provider/schema.json"), "utf8"), await schema);
  });

  const wrongWays: [string, string][] = [
    ["index.ts", "./operate/engine/stack"],
    ["config/index.ts", "../lib/run"],
    ["components/mistake.ts", "./redis"],
    ["components/mistake.ts", "../lib/run"],
    ["components/kernel/wanted.ts", "../redis/contract"],
    ["components/gke/settings.ts", "../redis"],
    ["components/gke/rules/cidr.ts", "../nodes/node-pool"],
    ["components/redis/redis.ts", "../gke"],
    ["components/redis/redis.ts", "../../config"],
    ["components/redis/rules/cron.ts", "../objects/pod"],
    ["components/redis/rendered/redis-conf.ts", "../objects/pod"],
    ["components/redis/objects/pod.ts", "../topology/foundation"],
    ["lib/run.ts", "../stand-ins/cluster"],
    ["stand-ins/cluster/node.ts", "../../operate/engine/stack"],
    ["stand-ins/google/container.ts", "../../components/gke/rules/machine-types"],
    ["operate/status/collect.ts", "../../components/redis"],
    ["operate/status/collect.ts", "../../components/redis/objects/pod"],
    ["operate/status/collect.ts", "../../tests/support/cluster"],
  ];
  for (const [file, wrong] of wrongWays) {
    it(`lets ${file} import no ${wrong}`, async () => {
      const config = (await new ESLint({ cwd: checkout }).calculateConfigForFile(
        path.join(checkout, file),
      )) as Linter.Config;
      const [, { patterns }] = config.rules!["@typescript-eslint/no-restricted-imports"] as [unknown, Restriction];
      const forbids = (imported: string) => patterns.some(({ regex }) => new RegExp(regex).test(imported));
      assert.ok(forbids(wrong));
      assert.ok(!forbids("./beside"));
    });
  }

  it("is run with the same options by Pulumi, by make and by Mocha, and finds the component's sources with them", () => {
    const text = (file: string) => fs.readFileSync(path.join(checkout, file), "utf8");
    const options = typescript.join(" ");
    const { runtime } = parse(text("Pulumi.yaml")) as { runtime: { options: { nodeargs: string } } };
    const mocha = parse(text(".mocharc.yml")) as { "node-option": string[] };
    assert.equal(runtime.options.nodeargs, options);
    assert.equal(mocha["node-option"].map((option) => `--${option.replace("=", " ")}`).join(" "), options);
    assert.match(text("Makefile"), new RegExp(`^node := @node ${options}$`, "m"));
    for (const entry of ["redis", "gke", "kernel"])
      assert.equal(require.resolve(`redis-gke/${entry}`), path.join(checkout, "components", entry, "index.ts"));
  });

  it("carries no salt of somebody's passphrase, which would lock everybody else out of the local stacks", () => {
    const staged = (stack: string) =>
      execFileSync("git", ["show", `:Pulumi.${stack}.yaml`], { cwd: checkout, encoding: "utf8" });
    for (const stack of ["local", "minikube"]) assert.doesNotMatch(staged(stack), /^encryptionsalt:/m);
  });
});

async function installShellcheck(): Promise<void> {
  if (which("shellcheck")) return;
  if (process.getuid?.() !== 0 || !which("apt-get"))
    return console.log("      shellcheck is not installed, and only root can install it with apt-get");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { env });
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "shellcheck"], { env });
}
