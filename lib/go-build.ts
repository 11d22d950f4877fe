import * as fs from "node:fs";
import * as path from "node:path";
import { cached } from "./cache";
import { cache } from "./paths";
import { run } from "./run";

export interface GoBuild {
  /** As shown to a person: "Kubernetes 1.34.4 from source". */
  title: string;
  /** The module that holds the packages, and its version without the leading v. */
  module: string;
  version: string;
  /** Import paths of the main packages; each leaves one binary, named after its last element. */
  packages: readonly string[];
  /** Main packages of our own: the text of `main.go`, by the import path, which begins with `build/`. */
  sources?: Readonly<Record<string, string>>;
  /** Added to `-s -w`, for instance `-X some/package.Version=v1`. */
  ldflags?: string;
  /** Further modules that must stand at a fixed version, or a higher one that another module asks for. */
  require?: Readonly<Record<string, string>>;
  /**
   * Further lines for the go.mod of this build, which `lines` makes from the text of that module's go.mod. A module's
   * replace lines count only while it is the main one: Kubernetes, which lives from them, has to have them said again.
   */
  linesOf?: { module: string; version: string; lines: (goMod: string) => string[] };
}

/** Static binaries, and the same environment for every build, so that Go's own build cache is hit too. */
const goEnv = { CGO_ENABLED: "0", GOFLAGS: "-mod=mod", GOWORK: "off" };

/** The module that all of it is built in. */
const ownModule = "build";

/** Where a build is kept in the cache: one package gives its name, several that of their module. */
const keyOf = ({ packages, module, version }: GoBuild): string =>
  `go/${path.basename(packages.length === 1 ? packages[0]! : module)}-${version}`;

/** Whether a build of this name and version was ever finished here; it may be out of date all the same. */
export const wasBuilt = (spec: GoBuild): boolean => fs.existsSync(path.join(cache, keyOf(spec)));

/**
 * Builds main packages of a public Go module through the user's cache; resolves to the folder that holds the binaries.
 */
export function goBuild(spec: GoBuild): Promise<string> {
  const ldflags = ["-s -w", spec.ldflags].filter(Boolean).join(" ");
  return cached({
    title: spec.title,
    key: keyOf(spec),
    inputs: { ...spec, title: undefined, lines: spec.linesOf?.lines.toString(), arch: process.arch, ldflags },
    build: async (dir, log) => {
      const source = `${dir}.go`;
      fs.rmSync(source, { recursive: true, force: true });
      fs.mkdirSync(source, { recursive: true });
      try {
        fs.writeFileSync(path.join(source, "go.mod"), await goMod(spec, source, log));
        for (const [importPath, text] of Object.entries(spec.sources ?? {})) {
          const folder = path.join(source, path.relative(ownModule, importPath));
          fs.mkdirSync(folder, { recursive: true });
          fs.writeFileSync(path.join(folder, "main.go"), text);
        }
        await run("go", ["build", "-trimpath", "-ldflags", ldflags, "-o", `${dir}/`, ...spec.packages], {
          cwd: source,
          env: goEnv,
          log,
        });
      } finally {
        fs.rmSync(source, { recursive: true, force: true });
      }
    },
  });
}

async function goMod(spec: GoBuild, cwd: string, log: string): Promise<string> {
  const requires = Object.entries({ [spec.module]: spec.version, ...spec.require }).map(
    ([module, version]) => `require ${module} v${version}`,
  );
  const further = spec.linesOf ? spec.linesOf.lines(await goModOf(spec.linesOf, cwd, log)) : [];
  return [`module ${ownModule}`, "go 1.24.0", ...requires, ...further, ""].join("\n");
}

async function goModOf({ module, version }: { module: string; version: string }, cwd: string, log: string) {
  const env = { ...goEnv, GOFLAGS: "" };
  const found = await run("go", ["mod", "download", "-json", `${module}@v${version}`], { cwd, env, log });
  return fs.readFileSync((JSON.parse(found) as { GoMod: string }).GoMod, "utf8");
}
