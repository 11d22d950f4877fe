// Runs the program of one stack without an engine and prints what it asked for: `program.ts STACK`, in a process of its
// own, for Pulumi's mocks are process-wide. Only the cloud is made up; the program, its config file and Pulumi's own
// serialization are the real ones.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";
import { parse } from "yaml";
import { checkout } from "../../../lib/paths";
import { create } from "./cloud";
import { record, type Request } from "./record";

const stack = process.argv[2]!;

/** The stack's own file, and what a person adds to it: a project, and the password file of the local stacks. */
function stackConfig(folder: string): Record<string, string> {
  const { config } = parse(fs.readFileSync(path.join(checkout, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  const passwordFile = path.join(folder, "password");
  fs.writeFileSync(passwordFile, "a-password-of-the-golden-graph\n", { mode: 0o600 });
  if (config["redis-gke:auth"]) config["redis-gke:auth"] = { passwordFile };
  if (config["redis-gke:cluster"]) config["gcp:project"] = "my-project";
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

async function main(): Promise<void> {
  // The SDK takes what is not said from here, and the graph of a shell with a KUBECONFIG would be another one.
  for (const name of Object.keys(process.env).filter((key) => /^(KUBECONFIG$|PULUMI_K8S_)/.test(key)))
    delete process.env[name];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-graph-"));
  // The one program that a stack on Google Cloud has to find.
  fs.writeFileSync(path.join(folder, "gke-gcloud-auth-plugin"), "", { mode: 0o755 });
  process.env.PATH = `${folder}${path.delimiter}${process.env.PATH}`;
  pulumi.runtime.setAllConfig(stackConfig(folder));
  const addresses = new Map<string, string>();
  const address = (name: string) =>
    addresses.get(name) ?? addresses.set(name, `198.19.0.${addresses.size + 10}`).get(name)!;
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => create(args, address),
      call: ({ token }) => {
        throw new Error(`unexpected function call: ${token}`);
      },
    },
    "redis-gke",
    stack,
    false,
    "organization",
  );

  const requests: Request[] = [];
  // The mocks hand on the inputs alone; the request holds the options too.
  const monitor = getMonitor() as unknown as { registerResource: (request: Request, ...rest: unknown[]) => unknown };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    requests.push(request);
    return register(request, ...rest);
  };

  await pulumi.runtime.runInPulumiStack(async () => (await import("../../..")).default());
  await pulumi.runtime.disconnect();
  fs.rmSync(folder, { recursive: true });
  process.stdout.write(JSON.stringify(requests.map(record).filter(({ type }) => type !== "pulumi:pulumi:Stack")));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
