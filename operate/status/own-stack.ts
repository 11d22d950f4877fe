import * as fs from "node:fs";
import * as path from "node:path";
import { CommandFailed, run } from "../../lib/run";
import { state } from "../../lib/paths";
import type { Target } from "../engine/target";

/** Where a stack put its Redis. */
export interface RedisLocation {
  target: Target;
  namespace: string;
}

interface Outputs {
  namespace?: string;
  kubeconfig?: string;
  host?: string;
}

/**
 * A stack that the user deploys with `pulumi up`, such as dev or prod, through the user's own pulumi, login and
 * kubectl. The way into its cluster is the stack's output; a stack on somebody else's cluster has none, and KUBECONFIG
 * leads there.
 */
export async function ownStack(stack: string): Promise<RedisLocation & { host: string }> {
  const { namespace, kubeconfig, host = "" } = await outputs(stack);
  if (namespace === undefined)
    throw new Error(
      `The stack ${stack} has no output "namespace": it is not deployed, or its last deployment did not finish. Run pulumi up --stack ${stack}.`,
    );
  const file = path.join(state, `kubeconfig-of-${stack.replace(/[^A-Za-z0-9._-]/g, "_")}`);
  if (kubeconfig !== undefined) {
    fs.mkdirSync(state, { recursive: true });
    fs.writeFileSync(file, kubeconfig, { mode: 0o600 });
  }
  const way =
    kubeconfig === undefined ? (process.env.KUBECONFIG ?? path.join(process.env.HOME ?? "", ".kube", "config")) : file;
  return {
    target: { stack, context: `of the stack ${stack}`, kubeconfig: way, deployedByUser: true },
    namespace,
    host,
  };
}

async function outputs(stack: string): Promise<Outputs> {
  try {
    return JSON.parse(
      await run("pulumi", ["stack", "output", "--json", "--stack", stack, "--non-interactive"], { timeoutSeconds: 60 }),
    ) as Outputs;
  } catch (error) {
    const detail =
      error instanceof CommandFailed ? error.output.trim().split("\n").filter(Boolean).pop() : String(error);
    throw new Error(`The stack ${stack} cannot be read: ${detail}`, { cause: error });
  }
}
