import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { Settings } from "./settings";

type Selection = Pick<Settings, "kubeconfig" | "context" | "cluster">;

/** The kubeconfig with the provider's overrides applied; throws an error that names what is missing. */
export function loadKubeconfig({ kubeconfig, context, cluster }: Selection): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig) {
    const file = kubeconfig.replace(/^~(?=\/|$)/, os.homedir());
    if (fs.existsSync(file)) config.loadFromFile(path.resolve(file));
    else if (kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{")) config.loadFromString(kubeconfig);
    else throw new Error(`the kubeconfig ${kubeconfig} does not exist`);
  } else {
    config.loadFromDefault();
  }
  if (context) config.setCurrentContext(context);
  const current = config.getCurrentContext();
  const chosen = config.getContextObject(current);
  if (!chosen) {
    const known =
      config
        .getContexts()
        .map((entry) => entry.name)
        .join(", ") || "none";
    throw new Error(
      current
        ? `the kubeconfig has no context "${current}" (it has: ${known})`
        : `the kubeconfig names no current context (it has: ${known}); set the provider's "context"`,
    );
  }
  if (cluster)
    config.contexts = config.contexts.map((entry) => (entry.name === current ? { ...entry, cluster } : entry));
  // The client refuses plain HTTP (kubectl proxy) unless told not to verify TLS, of which there is none there.
  config.clusters = config.clusters.map((entry) =>
    entry.server.startsWith("http:") ? { ...entry, skipTLSVerify: true } : entry,
  );
  if (!config.getCurrentCluster())
    throw new Error(`the kubeconfig has no cluster "${cluster || chosen.cluster}", which context "${current}" needs`);
  return config;
}

/**
 * What tells one cluster from another, as far as a kubeconfig can: a change of it means that every resource lives
 * elsewhere.
 */
export function clusterIdentity(selection: Selection): string | undefined {
  try {
    const cluster = loadKubeconfig(selection).getCurrentCluster();
    return cluster
      ? JSON.stringify([cluster.server, cluster.caData, cluster.caFile, cluster.skipTLSVerify])
      : undefined;
  } catch {
    return undefined;
  }
}
