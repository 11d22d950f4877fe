import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkout } from "../../lib/paths";
import { CommandFailed, run } from "../../lib/run";
import { imageNames } from "../../stand-ins/images";
import { addressOf, kubectl, plainClient, settled } from "../support/cluster";

const components = path.join(checkout, "components");
const namespace = `redis-e2e-${Math.random().toString(36).slice(2, 8)}-package`;
const password = "a-password-of-the-e2e-tests";

/**
 * What a person with no checkout has: npm's packages, at the versions that the program is tested with, and TypeScript.
 */
const { dependencies, devDependencies } = JSON.parse(
  fs.readFileSync(path.join(checkout, "package.json"), "utf8"),
) as Record<"dependencies" | "devDependencies", Record<string, string>>;
const packages = Object.entries({ ...dependencies, ...devDependencies })
  .filter(([name]) => /^(@pulumi\/(pulumi|kubernetes|random)|typescript|@types\/node)$/.test(name))
  .map(([name, version]) => `${name}@${version}`);

/** What `pulumi new typescript` writes into tsconfig.json, today and for years before, which knows no `exports`. */
const resolutions = {
  "as Node.js does": { module: "nodenext", moduleResolution: "nodenext" },
  "the old way": { module: "commonjs", moduleResolution: "node10" },
};

/** The first program of the package's README, with the images of this cluster and a namespace of the test's own. */
function programOfReadme(): string {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(fs.readFileSync(path.join(components, "README.md"), "utf8"))!;
  const more = {
    namespace,
    image: imageNames.redis,
    endpoint: { image: imageNames.haproxy },
    persistence: { storageClass: "local-path", size: "1Gi" },
    auth: { password },
  };
  const changed = program!.replace(`{ memory: "256Mi" }`, `{ memory: "64Mi", cpu: "20m" }, ...${JSON.stringify(more)}`);
  assert.notEqual(changed, program, "the README's program has another form");
  return changed;
}

describe("the package, in the hands of a stranger", function () {
  this.timeout(600_000);
  this.bail(true);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-stranger-"));
  const env = {
    PULUMI_BACKEND_URL: `file://${folder}/backend`,
    PULUMI_CONFIG_PASSPHRASE: "only for the tests",
    PULUMI_CONFIG_PASSPHRASE_FILE: "",
    PULUMI_STACK: "",
  };
  let tarball: string;

  const inFolder = async (program: string, ...args: string[]): Promise<string> => {
    try {
      return await run(program, args, { cwd: folder, env });
    } catch (error) {
      if (error instanceof CommandFailed) error.message = `${error.command} ended with ${error.code}\n${error.output}`;
      throw error;
    }
  };
  const pulumi = (...args: string[]) => inFolder("pulumi", ...args, "--stack", "test", "--non-interactive");

  before(async () => {
    const packed = await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: components });
    tarball = path.join(folder, packed.trim().split("\n").at(-1)!);
    fs.mkdirSync(path.join(folder, "backend"));
    const write = (name: string, content: object | string) =>
      fs.writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    write("package.json", { name: "stranger", private: true });
    write("index.ts", programOfReadme());
    write("Pulumi.yaml", "name: stranger\nruntime: nodejs\n");
    write("tsconfig.json", {
      compilerOptions: { strict: true, target: "es2020", noEmit: true, ...resolutions["as Node.js does"] },
      files: ["index.ts"],
    });
    await inFolder("npm", "install", "--silent", "--prefer-offline", tarball, ...packages);
  });
  after(async () => {
    await pulumi("destroy", "--yes", "--skip-preview").catch((error: unknown) => console.log(error));
    await kubectl("delete", "namespace", namespace, "--ignore-not-found");
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("holds the product and nothing of its rig: compiled code, its types, and every script of the pods", async () => {
    const held = (await run("tar", ["--list", "--gzip", "--file", tarball]))
      .split("\n")
      .filter(Boolean)
      .map((file) => file.replace(/^package\//, ""));
    const sources = fs
      .readdirSync(components, { recursive: true, encoding: "utf8" })
      .filter((file) => !/^(dist|node_modules)(\/|$)/.test(file));
    const compiled = sources
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [file.replace(/\.ts$/, ".js"), file.replace(/\.ts$/, ".d.ts")]);
    const scripts = sources.filter((file) => /\/scripts\/.*\.(sh|lua)$/.test(file));
    assert.ok(scripts.length > 40);
    assert.deepEqual(
      held.sort(),
      ["CHANGELOG.md", "README.md", "package.json", ...[...compiled, ...scripts].map((file) => `dist/${file}`)].sort(),
    );
  });

  for (const [how, { module, moduleResolution }] of Object.entries(resolutions)) {
    it(`type-checks the README's first program where modules are found ${how}`, async () => {
      const tsc = path.join(folder, "node_modules", ".bin", "tsc");
      await inFolder(tsc, "--module", module, "--moduleResolution", moduleResolution);
    });
  }

  it("deploys it, and gives what clients need", async () => {
    await inFolder("pulumi", "stack", "init", "test", "--non-interactive");
    await pulumi("up", "--yes", "--skip-preview");
    const outputs = JSON.parse(await pulumi("stack", "output", "--json", "--show-secrets")) as Record<string, unknown>;
    assert.deepEqual(
      [outputs.host, outputs.port, outputs.sentinelHost, outputs.masterName, outputs.password],
      [`redis.${namespace}.svc`, 6379, `redis-sentinel.${namespace}.svc`, "test-redis", password],
    );
    await settled(namespace);
    const client = plainClient(await addressOf(outputs.host as string), password);
    try {
      assert.equal(await client.set("from", "a stranger"), "OK");
    } finally {
      client.disconnect();
    }
  });

  it("has nothing to change a second time", async () => {
    await pulumi("preview", "--expect-no-changes");
  });
});
