import * as fs from "node:fs";
import * as path from "node:path";
import { kubeconfig, state } from "../../lib/paths";

/** Where a stack goes: the embedded cluster, or a context of the user's own kubeconfig. */
export interface Target {
  /** `local`, `minikube`, one that `make restore` made beside them, or one that the user deploys with pulumi. */
  stack: string;
  /** Undefined is the embedded cluster; else the kubeconfig's context, or with `deployedByUser` words for a message. */
  context?: string;
  kubeconfig: string;
  /** With the user's own pulumi and login, not by `make up`. */
  deployedByUser?: boolean;
}

const remembered = path.join(state, "context");

/** Which context the stack `minikube` was last deployed to; kept for as long as the stack exists. */
const home = path.join(state, "minikube-context");

export const embedded: Target = { stack: "local", kubeconfig };

export function targetOf(context: string | undefined): Target {
  if (!context) return embedded;
  // Contexts of GKE and EKS carry colons and slashes.
  return {
    stack: "minikube",
    context,
    kubeconfig: path.join(state, `kubeconfig-${context.replace(/[^A-Za-z0-9._@-]/g, "_")}`),
  };
}

/** What `make status`, `cli` and `down` address: CONTEXT if given, else where the last `make up` went. */
export const currentTarget = (): Target => targetOf(process.env.CONTEXT || read(remembered));

export const homeOfMinikube = (): string | undefined => read(home);

export function remember(target: Target): void {
  fs.mkdirSync(state, { recursive: true });
  fs.writeFileSync(remembered, target.context ?? "");
  if (target.context) fs.writeFileSync(home, target.context);
}

/** After the stack is gone; the other target's record stays as it is. */
export function forget(target: Target): void {
  if (target.context) {
    fs.rmSync(home, { force: true });
    fs.rmSync(target.kubeconfig, { force: true });
  }
  if ((read(remembered) ?? "") === (target.context ?? "")) fs.rmSync(remembered, { force: true });
}

export const nameOf = (target: Target): string =>
  target.context ? `the context ${target.context}` : "the embedded cluster";

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
