import { isConfigMap, isSecretKind } from "./kinds";
import type { Settings } from "./settings";
import { textAt, type Fields } from "./values";

export type Path = (string | number)[];

const workload = ["spec.selector"];
const rbac = ["roleRef"];
const job = ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"];

// prettier-ignore
const volumeSources = [
  "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker", "gcePersistentDisk", "glusterfs", "hostPath",
  "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
];

// prettier-ignore
const podFields = [
  "affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostname",
  "imagePullSecrets", "nodeName", "nodeSelector", "overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates", "restartPolicy",
  "runtimeClassName", "schedulerName", "securityContext", "serviceAccount", "serviceAccountName", "shareProcessNamespace", "subdomain",
  "terminationGracePeriodSeconds", "volumes",
];

// prettier-ignore
const containerFields = [
  "args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports", "readinessProbe", "resources", "securityContext", "stdin",
  "stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir",
];

/**
 * What cannot be changed in place, by API version and kind: the official plugin's decisions, so that both plan the same
 * replacements.
 */
const immutable: Record<string, string[]> = {
  "apps/v1/DaemonSet": workload,
  "apps/v1/Deployment": workload,
  "apps/v1/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/v1/Job": job,
  "policy/v1beta1/PodDisruptionBudget": ["spec"],
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": rbac,
  "rbac.authorization.k8s.io/v1/RoleBinding": rbac,
  "storage.k8s.io/v1/StorageClass": ["parameters", "provisioner"],
  "v1/PersistentVolume": volumeSources.map((source) => `spec.${source}`),
  "v1/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  "v1/Pod": [
    ...podFields.map((field) => `spec.${field}`),
    ...["containers", "initContainers"].flatMap((list) => containerFields.map((field) => `spec.${list}.*.${field}`)),
  ],
  "v1/ResourceQuota": ["spec.scopes"],
  "v1/Secret": ["type"],
  "v1/Service": ["spec.clusterIP"],
};

/** What an object is told from others by: another one is another object. */
export const identity = ["metadata.name", "metadata.namespace"];

/** The paths whose change replaces this object. */
export function replacementPaths(
  object: Fields,
  settings: Pick<Settings, "enableConfigMapMutable" | "enableSecretMutable">,
): string[] {
  const frozen = object.immutable === true;
  if (isSecretKind(object) && (!settings.enableSecretMutable || frozen))
    return [...identity, "type", "stringData", "data"];
  if (isConfigMap(object) && (!settings.enableConfigMapMutable || frozen)) return [...identity, "binaryData", "data"];
  return [...identity, ...(immutable[`${textAt(object, "apiVersion")}/${textAt(object, "kind")}`] ?? [])];
}

/**
 * Whether a change at `changed` touches `pattern`: at it, below it, or by bringing in or taking away what stands above
 * it.
 */
export function touches(changed: Path, value: unknown, pattern: string): boolean {
  const wanted = pattern.split(".");
  const shared = Math.min(changed.length, wanted.length);
  for (let index = 0; index < shared; index += 1) {
    if (wanted[index] === "*" ? typeof changed[index] !== "number" : wanted[index] !== String(changed[index]))
      return false;
  }
  return changed.length >= wanted.length || holds(value, wanted.slice(changed.length));
}

function holds(value: unknown, rest: string[]): boolean {
  const [key, ...deeper] = rest;
  if (key === undefined) return true;
  if (typeof value !== "object" || value === null) return false;
  if (key === "*") return Array.isArray(value) && value.some((item) => holds(item, deeper));
  return key in value && holds((value as Record<string, unknown>)[key], deeper);
}
