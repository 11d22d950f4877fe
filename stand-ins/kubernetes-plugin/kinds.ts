import { textAt, type Fields } from "./values";

export interface Kind {
  apiVersion: string;
  kind: string;
}

export const packageName = "kubernetes";
export const official = "install the official plugin (pulumi plugin install resource kubernetes)";

/** `urn:pulumi:stack::project::parent$kubernetes:apps/v1:StatefulSet::name` in its parts. */
export function parseUrn(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

/** The type token's API version and kind: `kubernetes:core/v1:Service` is `v1`, `Service`, and so is `ServicePatch`. */
export function kindOfUrn(urn: string): Kind {
  const { type } = parseUrn(urn);
  const [pkg, groupVersion = "", name = ""] = type.split(":");
  const [group, version, ...rest] = groupVersion.split("/");
  if (pkg !== packageName || !group || !version || rest.length > 0 || !name)
    throw new Error(`${type} is not a resource type of the kubernetes provider`);
  const apiVersion = group === "core" ? version : `${group}/${version}`;
  return { apiVersion, kind: isBuiltIn(apiVersion) ? name.replace(/Patch$/, "") : name };
}

/**
 * Some fields of an object that may be there already, and that outlives the resource; a custom kind may be called
 * anything.
 */
export const isPatch = (urn: string): boolean => parseUrn(urn).type.split(":").at(-1) !== kindOfUrn(urn).kind;

export const kindOf = (object: Fields): Kind => ({
  apiVersion: textAt(object, "apiVersion"),
  kind: textAt(object, "kind"),
});

/** Why a type of the official provider is not served here, or undefined when it is. */
export function refusal(urn: string): string | undefined {
  const { type } = parseUrn(urn);
  const { apiVersion, kind } = kindOfUrn(urn);
  if (/^(helm\.sh|yaml|kustomize)\//.test(apiVersion))
    return `${type} is not in the stand-in for the kubernetes plugin; ${official}`;
  if (isBuiltIn(apiVersion) && kind.endsWith("List"))
    return `${type}: a list cannot be created; declare its items as resources of their own`;
  return undefined;
}

/**
 * API groups of Kubernetes itself: their kinds are known without asking the server, which keeps an unchanged preview
 * free of requests.
 */
export function isBuiltIn(apiVersion: string): boolean {
  const [group, version] = apiVersion.split("/");
  if (version === undefined) return true;
  return (
    ["apps", "batch", "autoscaling", "policy", "extensions"].includes(group ?? "") || builtInGroups.has(group ?? "")
  );
}

const builtInGroups = new Set(
  [
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "authentication",
    "authorization",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "internal.apiserver",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
    "storagemigration",
  ].map((group) => `${group}.k8s.io`),
);

/** The cluster-scoped kinds of Kubernetes itself; every other built-in kind lives in a namespace. */
const clusterScoped = new Set([
  "APIService",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterTrustBundle",
  "ComponentStatus",
  "CSIDriver",
  "CSINode",
  "CustomResourceDefinition",
  "DeviceClass",
  "DeviceTaintRule",
  "FlowSchema",
  "IngressClass",
  "IPAddress",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "ResourceSlice",
  "RuntimeClass",
  "SelfSubjectReview",
  "ServiceCIDR",
  "StorageClass",
  "StorageVersion",
  "StorageVersionMigration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
  "VolumeAttributesClass",
]);

/** Whether a kind lives in a namespace; undefined for custom kinds, whose definition alone knows. */
export function namespacedIfBuiltIn({ apiVersion, kind }: Kind): boolean | undefined {
  return isBuiltIn(apiVersion) ? !clusterScoped.has(kind) : undefined;
}

export const nameOf = (object: Fields): string => textAt(object, "metadata", "name");
export const namespaceOf = (object: Fields): string => textAt(object, "metadata", "namespace");
export const annotation = (object: Fields, key: string): string => textAt(object, "metadata", "annotations", key);
export const isAnnotated = (object: Fields, key: string): boolean => annotation(object, key) === "true";

/** The resource's id in the state: `namespace/name`, or the name alone where there is no namespace. */
export const idOf = (object: Fields): string =>
  namespaceOf(object) ? `${namespaceOf(object)}/${nameOf(object)}` : nameOf(object);

export function parseId(id: string): { namespace: string; name: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { namespace: "", name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

export const isSecretKind = (object: Fields): boolean => object.apiVersion === "v1" && object.kind === "Secret";
export const isConfigMap = (object: Fields): boolean => object.apiVersion === "v1" && object.kind === "ConfigMap";
export const isDefinition = (object: Fields): boolean =>
  textAt(object, "apiVersion").startsWith("apiextensions.k8s.io/") && object.kind === "CustomResourceDefinition";
