import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { cached } from "../../lib/cache";
import { checkout } from "../../lib/paths";

const sources = __dirname;
const installed = createRequire(path.join(checkout, "package.json"));
const versionOf = (name: string): string =>
  (
    JSON.parse(fs.readFileSync(path.join(checkout, "node_modules", name, "package.json"), "utf8")) as {
      version: string;
    }
  ).version;

/** Whatever decides what the bundle does: a change of it builds anew, and beside the old one, which may be running. */
function fingerprint(): Record<string, string> {
  const files = fs
    .readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort();
  const hashed = files.map((name) => [
    name,
    createHash("sha256")
      .update(fs.readFileSync(path.join(sources, name)))
      .digest("hex"),
  ]);
  const packages = [
    "@pulumi/kubernetes",
    "@pulumi/pulumi",
    "@kubernetes/client-node",
    "@grpc/grpc-js",
    "google-protobuf",
    "esbuild",
  ];
  return Object.fromEntries([
    ...hashed,
    ...packages.map((name) => [name, versionOf(name)]),
    ["node", process.execPath],
  ]) as Record<string, string>;
}

/**
 * The stand-in for the official kubernetes plugin, as one file that starts fast; its path ends in
 * `pulumi-resource-kubernetes`, which the engine finds when the folder is on the PATH.
 */
export async function buildProvider(): Promise<string> {
  const inputs = fingerprint();
  const hash = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 12);
  const dir = await cached({
    title: "Stand-in for the kubernetes plugin",
    key: `provider-${hash}`,
    inputs,
    build: bundle,
  });
  return path.join(dir, "pulumi-resource-kubernetes");
}

async function bundle(dir: string): Promise<void> {
  const esbuild = installed("esbuild") as typeof import("esbuild");
  await esbuild.build({
    entryPoints: [path.join(sources, "main.ts")],
    outfile: path.join(dir, "plugin.cjs"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    legalComments: "none",
    logLevel: "silent",
    define: { "process.env.PLUGIN_VERSION": JSON.stringify(versionOf("@pulumi/kubernetes")) },
    plugins: [
      {
        name: "client-without-models",
        setup(build) {
          // The client's 700 model classes are not used here, and would triple the time to start; its package does not
          // say that it may be shaken.
          build.onResolve({ filter: /^\.{1,2}\// }, async (args) => {
            if (!args.importer.includes(path.join("@kubernetes", "client-node")) || args.pluginData === "seen")
              return undefined;
            const found = await build.resolve(args.path, {
              resolveDir: args.resolveDir,
              kind: args.kind,
              importer: args.importer,
              pluginData: "seen",
            });
            return { ...found, sideEffects: false };
          });
          build.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({
            path: installed.resolve("@kubernetes/client-node"),
            sideEffects: false,
          }));
        },
      },
    ],
  });
  // Called through a link, it still has to find the bundle beside the place where it really is.
  const wrapper = path.join(dir, "pulumi-resource-kubernetes");
  fs.writeFileSync(
    wrapper,
    `#!/bin/sh\nexec '${process.execPath}' --no-deprecation "$(dirname "$(readlink -f "$0")")/plugin.cjs" "$@"\n`,
    { mode: 0o755 },
  );
}
