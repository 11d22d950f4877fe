import { official } from "./kinds";

/** The provider's configuration, as far as the stand-in has a use for it. */
export interface Settings {
  /** Contents of a kubeconfig, or a path to one; without it what kubectl would use. */
  kubeconfig: string;
  context: string;
  cluster: string;
  /** Where namespaced resources without a namespace go; the context's own otherwise. */
  namespace: string;
  enableConfigMapMutable: boolean;
  enableSecretMutable: boolean;
  enablePatchForce: boolean;
  upsertExistingObjects: boolean;
  deleteUnreachable: boolean;
  skipUpdateUnreachable: boolean;
}

export interface Mistake {
  property: string;
  reason: string;
}

const flags: Record<string, string> = {
  enableServerSideApply: "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
  enableConfigMapMutable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  enableSecretMutable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
  enablePatchForce: "PULUMI_K8S_ENABLE_PATCH_FORCE",
  upsertExistingObjects: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
  deleteUnreachable: "PULUMI_K8S_DELETE_UNREACHABLE",
  skipUpdateUnreachable: "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
};

/**
 * Not read as settings: warnings that are not given, client limits, Helm, what the engine itself puts among the inputs,
 * and `clusterIdentifier`, which only provider-config.ts goes by.
 */
const ignored = new Set([
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "kubeClientSettings",
  "helmReleaseSettings",
  "clusterIdentifier",
  "version",
  "pluginDownloadURL",
]);
const texts = new Set(["kubeconfig", "context", "cluster", "namespace"]);
const refused = new Set(["renderYamlToDirectory", "alwaysRender", "strictMode"]);

/** The configuration as a program in YAML is checked against it: what counts here, by its type in Pulumi's schema. */
export const inputProperties: Record<string, { type: "string" | "boolean" }> = {};
for (const name of texts) inputProperties[name] = { type: "string" };
for (const name of Object.keys(flags)) inputProperties[name] = { type: "boolean" };

type Environment = Record<string, string | undefined>;

function flag(values: Record<string, string>, key: string, environment: Environment, fallback: boolean): boolean {
  const set = values[key] || environment[flags[key] ?? ""];
  return set ? set === "true" : fallback;
}

/** Everything in the configuration that would change the official plugin's behaviour and cannot change this one's. */
export function mistakes(values: Record<string, string>, environment: Environment): Mistake[] {
  const found: Mistake[] = [];
  for (const [property, value] of Object.entries(values)) {
    if (!value || (value === "false" && refused.has(property))) continue;
    if (refused.has(property))
      found.push({ property, reason: `${property} is not in the stand-in for the kubernetes plugin; ${official}` });
    else if (!texts.has(property) && !ignored.has(property) && !(property in flags))
      found.push({
        property,
        reason: `${property} is not known to the stand-in for the kubernetes plugin; remove it, or ${official}`,
      });
  }
  if (!flag(values, "enableServerSideApply", environment, true)) {
    found.push({
      property: "enableServerSideApply",
      reason: `the stand-in for the kubernetes plugin works by server-side apply alone; leave enableServerSideApply out, or ${official}`,
    });
  }
  return found;
}

export function parseSettings(values: Record<string, string>, environment: Environment): Settings {
  const on = (key: string) => flag(values, key, environment, false);
  return {
    kubeconfig: values.kubeconfig ?? "",
    context: values.context ?? "",
    cluster: values.cluster ?? "",
    namespace: values.namespace ?? "",
    enableConfigMapMutable: on("enableConfigMapMutable"),
    enableSecretMutable: on("enableSecretMutable"),
    enablePatchForce: on("enablePatchForce"),
    upsertExistingObjects: on("upsertExistingObjects"),
    deleteUnreachable: on("deleteUnreachable"),
    skipUpdateUnreachable: on("skipUpdateUnreachable"),
  };
}
