import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { machineOf } from "../../components/gke/rules/machine-types";
import { sysctlMistake } from "../../components/gke/rules/node-sysctls";
import { metadataMistake } from "../../components/gke/rules/reserved-metadata";
import { checkout } from "../../lib/paths";
import { CommandFailed, run } from "../../lib/run";
import { StandIn, type RecordedRequest } from "../../stand-ins/google";
import { programFiles } from "../support/program-files";

export const project = "redis-check";

/**
 * Keys of a stack's config without `redis-gke:`; a block is laid over the one that the file has, and undefined takes a
 * key out.
 */
export type Changes = Record<string, Record<string, unknown> | number>;

/** One resource in what `pulumi preview --json` says it would do. */
export interface Step {
  op: string;
  urn: string;
  detailedDiff?: Record<string, { kind: string }> | null;
  diffReasons?: string[];
}

/**
 * A stack of the checkout, its own config file included, deployed by the official plugin to a Google Cloud that is this
 * process.
 */
export class GoogleStack {
  readonly cloud = new StandIn({
    memoryOf: (machineType) => machineOf(machineType)?.memoryGb,
    sysctlMistake,
    metadataMistake,
  });
  /** Where the plugin tried to go instead; a proxy that refuses everything writes it down. */
  readonly strays: string[] = [];
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-gcp-"));
  private readonly elsewhere = net.createServer((socket) =>
    socket
      .on("error", () => undefined)
      .once("data", (data) => {
        this.strays.push(data.toString("latin1").split(" ").slice(0, 2).join(" "));
        // A connection that just ends would be tried again for minutes.
        socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      }),
  );

  constructor(readonly stack: "dev" | "prod") {
    // Copies, so that a test may change the tuning; where they lie is where the program finds its own modules.
    const linked = ["node_modules", "package.json", "tsconfig.json"];
    for (const name of linked) fs.symlinkSync(path.join(checkout, name), path.join(this.folder, name));
    for (const name of [...programFiles().filter((file) => !linked.includes(file)), "tests/gcp/program"])
      fs.cpSync(path.join(checkout, name), path.join(this.folder, name), { recursive: true });
    const yaml = path.join(this.folder, "Pulumi.yaml");
    fs.writeFileSync(
      yaml,
      stringify({ ...(parse(fs.readFileSync(yaml, "utf8")) as object), main: "tests/gcp/program/index.ts" }),
    );
    for (const name of ["backend", "bin"]) fs.mkdirSync(path.join(this.folder, name));
    // The program asks that it is there; nobody calls it.
    fs.writeFileSync(path.join(this.folder, "bin", "gke-gcloud-auth-plugin"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  }

  async start(): Promise<void> {
    await this.cloud.start();
    await new Promise<void>((resolve) => this.elsewhere.listen(0, "127.0.0.1", resolve));
    this.configure();
    await this.pulumi("stack", "init", this.stack);
  }

  stop(): void {
    this.cloud.stop();
    this.elsewhere.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** The stack's file as it stands in the checkout, with these changes and the plugin's way to the stand-in. */
  configure(changes: Changes = {}): void {
    const name = `Pulumi.${this.stack}.yaml`;
    const { config } = parse(fs.readFileSync(path.join(checkout, name), "utf8")) as { config: Record<string, unknown> };
    for (const [key, value] of Object.entries(changes))
      config[`redis-gke:${key}`] =
        typeof value === "object" ? { ...(config[`redis-gke:${key}`] as object), ...value } : value;
    const plugin = {
      project,
      accessToken: "of-no-account",
      disableGlobalProjectWarning: "true",
      batching: { sendAfter: "1s" },
      ...this.cloud.endpoints,
    };
    const file = path.join(this.folder, name);
    const salt = fs.existsSync(file)
      ? (parse(fs.readFileSync(file, "utf8")) as { encryptionsalt?: string }).encryptionsalt
      : undefined;
    fs.writeFileSync(
      file,
      stringify({
        ...(salt ? { encryptionsalt: salt } : {}),
        config: {
          ...Object.fromEntries(Object.entries(plugin).map(([key, value]) => [`gcp:${key}`, value])),
          ...config,
        },
      }),
    );
  }

  /** Lays another tuning script over the checkout's. */
  appendToTuning(line: string): void {
    fs.appendFileSync(path.join(this.folder, "components", "kernel", "scripts", "kernel-tune.sh"), `${line}\n`);
  }

  /** What would be done, by `type name`; what stays as it is is left out. */
  async plan(): Promise<Record<string, Step>> {
    const { steps } = JSON.parse(await this.pulumi("preview", "--json", "--stack", this.stack)) as { steps: Step[] };
    return Object.fromEntries(
      steps.filter(({ op }) => op !== "same" && op !== "read").map((step) => [shortName(step.urn), step]),
    );
  }

  /** The requests that change something, of the ones that a command makes. */
  async changes(...command: string[]): Promise<RecordedRequest[]> {
    return (await this.requests(...command)).filter(mutates);
  }

  async requests(...command: string[]): Promise<RecordedRequest[]> {
    const from = this.cloud.requests.length;
    await this.pulumi(...command, "--stack", this.stack);
    return this.cloud.requests.slice(from);
  }

  up(): Promise<RecordedRequest[]> {
    return this.changes("up", "--yes", "--skip-preview");
  }
  destroy(): Promise<RecordedRequest[]> {
    return this.changes("destroy", "--yes", "--skip-preview");
  }

  /**
   * The stack as it is when an `up` failed before its outputs were written: the resources are known, what was deployed
   * is not.
   */
  async forgetOutputs(): Promise<void> {
    const file = path.join(this.folder, "state.json");
    await this.pulumi("stack", "export", "--file", file, "--stack", this.stack);
    const state = JSON.parse(fs.readFileSync(file, "utf8")) as {
      deployment: { resources: { type: string; outputs: unknown }[] };
    };
    for (const resource of state.deployment.resources)
      if (resource.type === "pulumi:pulumi:Stack") resource.outputs = {};
    fs.writeFileSync(file, JSON.stringify(state));
    await this.pulumi("stack", "import", "--file", file, "--stack", this.stack);
  }

  /**
   * What there is on the stand-in besides what every project has, and the snapshots, which are to outlive their disk.
   */
  left(): string[] {
    return this.cloud.store
      .paths()
      .filter((found) => !/\/(services|snapshots)\/|\/policy$/.test(found))
      .sort();
  }

  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.pulumi("stack", "output", "--json", "--stack", this.stack)) as Record<string, unknown>;
  }

  /** What a command that had to fail printed, and what it had asked for until then. */
  async refused(...command: string[]): Promise<{ output: string; requests: RecordedRequest[] }> {
    const from = this.cloud.requests.length;
    try {
      await this.pulumi(...command, "--stack", this.stack);
    } catch (error) {
      if (error instanceof CommandFailed) return { output: error.output, requests: this.cloud.requests.slice(from) };
      throw error;
    }
    throw new Error(`pulumi ${command.join(" ")} was not refused`);
  }

  private async pulumi(...args: string[]): Promise<string> {
    try {
      return await run("pulumi", [...args, "--non-interactive"], {
        cwd: this.folder,
        env: this.env(),
        timeoutSeconds: 180,
      });
    } catch (error) {
      if (error instanceof CommandFailed) error.message = `${error.command} ended with ${error.code}\n${error.output}`;
      throw error;
    }
  }

  private env(): NodeJS.ProcessEnv {
    // A request to anywhere but here ends at a door that only writes down who knocked.
    const proxy = `http://127.0.0.1:${(this.elsewhere.address() as net.AddressInfo).port}`;
    const noProxy = "127.0.0.1,localhost";
    return {
      PATH: `${path.join(this.folder, "bin")}:${process.env.PATH}`,
      PULUMI_BACKEND_URL: `file://${this.folder}/backend`,
      PULUMI_CONFIG_PASSPHRASE: "only for the check",
      PULUMI_CONFIG_PASSPHRASE_FILE: "",
      PULUMI_STACK: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_GCP_SKIP_REGION_VALIDATION: "true",
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      NO_PROXY: noProxy,
      no_proxy: noProxy,
    };
  }
}

export const mutates = ({ method, path: asked }: RecordedRequest): boolean =>
  method !== "GET" && !asked.endsWith(":getIamPolicy");

/** "urn:pulumi:dev::redis-gke::...$gcp:compute/disk:Disk::redis-0" is "Disk redis-0". */
export const shortName = (urn: string): string => {
  const [type = "", name] = urn.split("::").slice(-2);
  return `${type.split(":").pop()} ${name}`;
};
