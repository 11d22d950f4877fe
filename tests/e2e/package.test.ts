import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkout } from "../../lib/paths";
import { parse, stringify } from "yaml";
import { pulumiYamlHost } from "../../lib/builds";
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

/** What differs on this cluster: its images and StorageClass, and a namespace and a password of the test's own. */
const here = (namespace: string) => ({
  namespace,
  image: imageNames.redis,
  endpoint: { image: imageNames.haproxy },
  persistence: { storageClass: "local-path", size: "1Gi" },
});

/** The first program of the package's README, as it differs here. */
function programOfReadme(): string {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(fs.readFileSync(path.join(components, "README.md"), "utf8"))!;
  const more = { ...here(namespace), auth: { password } };
  const changed = program!.replace(`{ memory: "256Mi" }`, `{ memory: "64Mi", cpu: "20m" }, ...${JSON.stringify(more)}`);
  assert.notEqual(changed, program, "the README's program has another form");
  return changed;
}

/** The example in YAML, as it differs here. */
function programInYaml(): string {
  const program = parse(fs.readFileSync(path.join(checkout, "examples", "yaml", "Pulumi.yaml"), "utf8")) as {
    resources: { redis: { properties: Record<string, unknown> } };
  };
  const { properties } = program.resources.redis;
  Object.assign(properties, here(`${namespace}-yaml`), { resources: { memory: "64Mi", cpu: "20m" } });
  return stringify(program);
}

/** Waits until there is one master with its replicas, and writes a key by the way that a client has. */
async function takesAWrite(namespace: string, host: unknown, value: string): Promise<void> {
  await settled(namespace);
  const client = plainClient(await addressOf(host as string), password);
  try {
    assert.equal(await client.set("from", value), "OK");
  } finally {
    client.disconnect();
  }
}

describe("the package, in the hands of a stranger", function () {
  this.timeout(600_000);
  this.bail(true);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-stranger-"));
  const env: Record<string, string> = {
    PATH: process.env.PATH!,
    PULUMI_BACKEND_URL: `file://${folder}/backend`,
    PULUMI_CONFIG_PASSPHRASE: "only for the tests",
    PULUMI_CONFIG_PASSPHRASE_FILE: "",
    PULUMI_STACK: "",
  };
  let tarball: string;

  const runIn = async (cwd: string, program: string, ...args: string[]): Promise<string> => {
    try {
      return await run(program, args, { cwd, env });
    } catch (error) {
      if (error instanceof CommandFailed) error.message = `${error.command} ended with ${error.code}\n${error.output}`;
      throw error;
    }
  };
  const inFolder = (program: string, ...args: string[]) => runIn(folder, program, ...args);
  const pulumiIn = (cwd: string, ...args: string[]) =>
    runIn(cwd, "pulumi", ...args, "--stack", "test", "--non-interactive");
  const pulumi = (...args: string[]) => pulumiIn(folder, ...args);

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
      [
        ...["CHANGELOG.md", "LICENSE", "README.md", "package.json", "bin/pulumi-resource-redis-gke"],
        ...[...compiled, ...scripts, "provider/schema.json"].map((file) => `dist/${file}`),
      ].sort(),
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
    await takesAWrite(namespace, outputs.host, "a stranger");
  });

  it("has nothing to change a second time", async () => {
    await pulumi("preview", "--expect-no-changes");
  });

  describe("whose program is in YAML, where nothing is generated and no compiler looks", () => {
    const inYaml = path.join(folder, "yaml");
    const yaml = (...args: string[]) => pulumiIn(inYaml, ...args);
    const write = (program: string) => fs.writeFileSync(path.join(inYaml, "Pulumi.yaml"), program);
    const refused = () =>
      yaml("preview").then(
        () => assert.fail("it was not refused"),
        (error: CommandFailed) => error.output,
      );
    const ownPath = process.env.PATH!;

    before(async () => {
      env.PATH = `${await pulumiYamlHost()}:${ownPath}`;
      fs.mkdirSync(inYaml);
      fs.symlinkSync(path.join(folder, "node_modules"), path.join(inYaml, "node_modules"));
      write(programInYaml());
      await runIn(inYaml, "pulumi", "stack", "init", "test", "--non-interactive");
      await yaml("config", "set", "--secret", "password", password);
    });
    after(async () => {
      await yaml("destroy", "--yes", "--skip-preview").catch((error: unknown) => console.log(error));
      await kubectl("delete", "namespace", `${namespace}-yaml`, "--ignore-not-found");
      env.PATH = ownPath;
    });

    it("deploys examples/yaml, and its password and URL are secrets in the state", async () => {
      await yaml("up", "--yes", "--skip-preview");
      const outputs = async (...args: string[]) =>
        JSON.parse(await yaml("stack", "output", "--json", ...args)) as Record<string, unknown>;
      const { host, deployed, ...others } = await outputs();
      assert.equal((deployed as { namespace: string }).namespace, `${namespace}-yaml`);
      assert.deepEqual(others, {
        port: 6379,
        sentinelHost: `redis-sentinel.${namespace}-yaml.svc`,
        masterName: "test-redis",
        password: "[secret]",
        url: "[secret]",
      });
      assert.equal((await outputs("--show-secrets")).url, `redis://:${password}@${String(host)}:6379`);
      await takesAWrite(`${namespace}-yaml`, host, "YAML");
    });

    it("has nothing to change a second time", async () => {
      await yaml("preview", "--expect-no-changes");
    });

    it("is refused a change that would lose data, by what the last deployment left", async () => {
      write(programInYaml().replace(`namespace: ${namespace}-yaml`, "namespace: another"));
      assert.match(await refused(), /would delete the namespace \S+-yaml with the volumes in it/);
    });

    it("is told by the component what no compiler told, all at once, before anything is touched", async () => {
      write(programInYaml().replace("mode: sentinel", "mode: sentinel\n      replicas: 1\n      quorum: 7"));
      const output = await refused();
      assert.match(output, /property replicas with value '\{1\}' has a problem: .*write 2 to 9/);
      assert.match(output, /property quorum with value '\{7\}' has a problem: 7 must be a majority/);
    });
  });
});
