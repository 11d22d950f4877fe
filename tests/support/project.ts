import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkout } from "../../lib/paths";
import { CommandFailed, run } from "../../lib/run";
import { programFiles } from "./program-files";
import { typescript } from "./typescript";

/**
 * The program as a person has it, with stacks of the tests' own: the checkout's files by links, and a backend, a
 * passphrase and config files in a folder that goes with it. Runs the real CLI against the cluster that KUBECONFIG
 * names.
 */
export class Project {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-e2e-"));
  private readonly env: NodeJS.ProcessEnv;

  /** Where the state of its stacks is. */
  get backend(): string {
    return path.join(this.folder, "backend");
  }

  /** For a command that is not one of the methods. */
  get environment(): NodeJS.ProcessEnv {
    return this.env;
  }

  constructor() {
    this.take(checkout);
    fs.mkdirSync(this.backend);
    this.env = {
      PULUMI_BACKEND_URL: `file://${this.backend}`,
      PULUMI_CONFIG_PASSPHRASE: "only for the tests",
      PULUMI_CONFIG_PASSPHRASE_FILE: "",
      PULUMI_STACK: "",
    };
  }

  /** The program of another checkout, in the place of the one that was here. */
  take(root: string): void {
    for (const name of fs.readdirSync(this.folder)) {
      const link = path.join(this.folder, name);
      if (fs.lstatSync(link).isSymbolicLink()) fs.unlinkSync(link);
    }
    for (const name of programFiles(root)) fs.symlinkSync(path.join(root, name), path.join(this.folder, name));
  }

  /** Writes Pulumi.<stack>.yaml; values are JSON, which is YAML, and a key without one is left out. */
  configure(stack: string, config: Record<string, unknown>): void {
    const lines = Object.entries(config)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `  redis-gke:${key}: ${JSON.stringify(value)}`);
    fs.writeFileSync(path.join(this.folder, `Pulumi.${stack}.yaml`), ["config:", ...lines, ""].join("\n"));
  }

  async init(stack: string): Promise<void> {
    await this.pulumi(["stack", "init", stack]);
  }

  /**
   * Standard output of one pulumi command; one that fails shows all that it printed, for its diagnostics stand in the
   * middle.
   */
  async pulumi(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    try {
      return await run("pulumi", [...args, "--non-interactive"], { cwd: this.folder, env: { ...this.env, ...env } });
    } catch (error) {
      if (error instanceof CommandFailed) error.message = `${error.command} ended with ${error.code}\n${error.output}`;
      throw error;
    }
  }

  up(stack: string): Promise<string> {
    return this.pulumi(["up", "--yes", "--skip-preview", "--stack", stack]);
  }
  destroy(stack: string): Promise<string> {
    return this.pulumi(["destroy", "--yes", "--skip-preview", "--stack", stack]);
  }

  async outputs(stack: string, secrets = false): Promise<Record<string, unknown>> {
    return JSON.parse(
      await this.pulumi(["stack", "output", "--json", "--stack", stack, ...(secrets ? ["--show-secrets"] : [])]),
    ) as Record<string, unknown>;
  }

  /** Everything that a command printed that had to fail. */
  async refused(args: string[]): Promise<string> {
    try {
      const output = await this.pulumi(args);
      throw new Error(`pulumi ${args.join(" ")} was not refused:\n${output}`);
    } catch (error) {
      if (error instanceof CommandFailed) return error.output;
      throw error;
    }
  }

  /** What `make NAME` prints of a stack here, with STACK=name, as of one that somebody deployed himself. */
  make(name: string, stack: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    return run(process.execPath, [...typescript, path.join(checkout, "operate", "commands", `${name}.ts`)], {
      cwd: this.folder,
      env: { ...this.env, ...env, STACK: stack },
    });
  }

  /** What `make status` prints, and whether it calls that healthy by its exit code. */
  status(stack: string): Promise<{ healthy: boolean; output: string }> {
    return this.make("status", stack).then(
      (output) => ({ healthy: true, output }),
      (error: CommandFailed) => ({ healthy: false, output: error.output }),
    );
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
