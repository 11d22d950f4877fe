import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { checkout, state } from "../../lib/paths";
import { run, which } from "../../lib/run";

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

describe("the code itself", () => {
  let types: Promise<unknown>;
  let lint: Promise<unknown>;
  // Beside each other: they are the longest part of these tests, and each keeps one processor busy.
  before(() => {
    types = run(tool("tsc"), ["--noEmit"], { cwd: checkout });
    lint = run(tool("eslint"), [".", "--max-warnings", "0"], { cwd: checkout });
    for (const started of [types, lint]) started.catch(() => undefined);
  });

  it("has no type error", async function () {
    this.timeout(600_000);
    await types;
  });

  it("has no lint finding, such as a promise that nobody waits for", async function () {
    this.timeout(600_000);
    await lint;
  });

  it("is formatted as Prettier and shfmt would", async function () {
    this.timeout(600_000);
    await run(
      tool("prettier"),
      ["--check", ".", "--cache", "--cache-location", path.join(state, "prettier"), "--log-level", "warn"],
      { cwd: checkout },
    );
  });

  it("has no shell mistake that shellcheck knows", async function () {
    this.timeout(600_000);
    if (!which("shellcheck")) await installShellcheck();
    if (!which("shellcheck")) return this.skip();
    const scripts = files().filter(isShell);
    assert.ok(scripts.length > 0, "no shell file found: the search is broken");
    await run("shellcheck", ["--external-sources", "--source-path=SCRIPTDIR", ...scripts], { cwd: checkout });
  });

  it("carries no salt of somebody's passphrase, which would lock everybody else out of the local stacks", () => {
    const staged = (stack: string) =>
      execFileSync("git", ["show", `:Pulumi.${stack}.yaml`], { cwd: checkout, encoding: "utf8" });
    for (const stack of ["local", "minikube"]) assert.doesNotMatch(staged(stack), /^encryptionsalt:/m);
  });
});

async function installShellcheck(): Promise<void> {
  if (process.getuid?.() !== 0 || !which("apt-get"))
    return console.log("      shellcheck is not installed, and only root can install it with apt-get");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { env });
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "shellcheck"], { env });
}
