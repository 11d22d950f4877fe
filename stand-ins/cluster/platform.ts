import { which } from "../../lib/run";

export interface Platform {
  platform: NodeJS.Platform;
  uid: number | undefined;
  hasGo: boolean;
}

const thisMachine = (): Platform => ({
  platform: process.platform,
  uid: process.getuid?.(),
  hasGo: which("go") !== undefined,
});

/** Why the embedded cluster cannot run on this machine, with the way out; undefined where it can. */
export function whyNotHere(machine: Platform = thisMachine()): string | undefined {
  const reasons = [
    machine.platform !== "linux" && `it needs Linux (network namespaces and cgroups), and this is ${machine.platform}`,
    machine.uid !== 0 && "it needs root (to make namespaces, mounts and cgroups), and this user is not",
    !machine.hasGo && "it needs Go on the PATH (CoreDNS and others are built from Go modules), and there is none",
  ].filter((reason) => reason !== false);
  if (reasons.length === 0) return undefined;
  return [
    "The embedded cluster cannot run on this machine:",
    ...reasons.map((reason) => `  - ${reason}`),
    "Use any Kubernetes that you can reach instead: CONTEXT=<kubeconfig context> make up",
  ].join("\n");
}
