/**
 * What others see of a Redis and go by: `make status` and the other commands, the endpoint's clients, the tests, a
 * person with kubectl. In TypeScript each name is written here alone (that of the claims in objects/claims.ts). The
 * pods' shell cannot import it, and has the ports and folders again, in scripts/shared/lib.sh and beside what uses
 * them: a change here has to be made there too.
 */

import { label } from "../names";

export { label };

/** What a pod is for. */
export type Role = "redis" | "sentinel" | "endpoint" | "archive" | "drill";

/** The labels that select one role's pods; they never change, for a selector cannot. */
export const selectorLabels = (instance: string, role: Role) => ({
  [label.name]: "redis",
  [label.instance]: instance,
  [label.role]: role,
});

/** Everything that the component makes carries these. */
export const commonLabels = (instance: string) => ({
  [label.name]: "redis",
  [label.instance]: instance,
  [label.managedBy]: "pulumi",
});

/** For `kubectl --selector`: everything of every Redis in a namespace, or what is for one thing. */
export const selectorText = (role?: Role): string =>
  Object.entries({ [label.name]: "redis", [label.managedBy]: "pulumi", ...(role && { [label.role]: role }) })
    .map(([name, value]) => `${name}=${value}`)
    .join(",");

/** Redis listens here in every pod, and so do the Services. */
export const redisPort = 6379;
export const sentinelPort = 26379;

/**
 * Where the endpoint's pods answer: the master, the replicas, and their own health. On no port of Redis: when a node
 * comes back its pods get new addresses, and the Services lead to the old ones for a second or two more, where a pod of
 * the other kind may be by then. A client of the endpoint was connected to a replica that way, and read `READONLY` for
 * as long as it kept the connection. Now nobody answers it there.
 */
export const endpointPorts = { master: 16379, read: 16380, health: 8404 } as const;

/** A pod and the address of its own Service, which it announces. */
export interface PodAddress {
  name: string;
  address: string;
}

/** The container that does the work, in a pod of each role that runs for ever. */
export const mainContainer = { redis: "redis", sentinel: "sentinel", endpoint: "haproxy" } as const;

/** The init container that holds a data pod back until its node's kernel is right. */
export const kernelGateContainer = "kernel";

/** Objects that are found by their names: all begin with the component's. */
export const objectName = {
  /** The sentinels' StatefulSet, and the Service through which they are found. */
  sentinel: (instance: string) => `${instance}-sentinel`,
  /** The Deployment of the endpoint's pods. */
  endpoint: (instance: string) => `${instance}-endpoint`,
  /** The Service of replicas that are in sync. */
  read: (instance: string) => `${instance}-read`,
  /** The ConfigMap of every node's address, which the data pods, the sentinels and the archive job mount. */
  topology: (instance: string) => `${instance}-topology`,
  /** The ConfigMap that says which archive to begin with. */
  restore: (instance: string) => `${instance}-restore`,
  /** The archive's CronJob, its claim, and the ServiceAccount by which a cloud's workload identity knows its pods. */
  archive: (instance: string) => `${instance}-archive`,
} as const;

/** Where a container finds what it is given. */
export const mountPath = {
  data: "/data",
  /** In memory: the configuration with the password, and the marks of what runs. */
  run: "/run/redis",
  scripts: "/scripts",
  configuration: "/config",
  topology: "/topology",
  restore: "/restore",
  work: "/work",
  archive: "/archive",
} as const;

/** The command that runs one of the scripts. */
export const runScript = (name: string): string[] => ["/bin/sh", `${mountPath.scripts}/${name}`];

/** redis-cli reads the password from it, so that `kubectl exec -ti redis-0 -- redis-cli` needs no typing. */
export const passwordVariable = "REDISCLI_AUTH";
