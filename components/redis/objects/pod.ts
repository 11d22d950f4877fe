import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { SchedulingArgs } from "../args";
import type { Spread } from "../choices";
import { mountPath, passwordVariable, runScript, selectorLabels, type Role } from "../contract";

type Pod = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type Probe = k8s.types.input.core.v1.Probe;

/** Who the processes run as; the ids of the official alpine images, so that a volume written by them can be read. */
export const users = { redis: { user: 999, group: 1000 }, haproxy: { user: 99, group: 99 } } as const;

/** The `restricted` Pod Security Standard, as far as it is the pod's to say. */
export const podSecurity = ({
  user,
  group,
}: {
  user: number;
  group: number;
}): k8s.types.input.core.v1.PodSecurityContext => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: group,
  fsGroup: group,
  // A large volume is not walked through file by file at each start.
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
});

/** The container's part of it; nothing can be written but what is mounted for it. */
export const containerSecurity: k8s.types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/**
 * Pods of one role on different nodes: always, or where there are enough. And in different zones, where there are
 * enough of those.
 */
function antiAffinity(instance: string, role: Role, spread: Spread): k8s.types.input.core.v1.PodAntiAffinity {
  const apart = (topologyKey: string) => ({
    labelSelector: { matchLabels: selectorLabels(instance, role) },
    topologyKey,
  });
  const zones = { weight: 50, podAffinityTerm: apart("topology.kubernetes.io/zone") };
  return spread === "required"
    ? {
        requiredDuringSchedulingIgnoredDuringExecution: [apart("kubernetes.io/hostname")],
        preferredDuringSchedulingIgnoredDuringExecution: [zones],
      }
    : {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: apart("kubernetes.io/hostname") },
          zones,
        ],
      };
}

/** What every pod of this program has in common. */
export const podBase = (
  instance: string,
  role: Role,
  scheduling: SchedulingArgs & { spread: Spread },
): Omit<Pod, "containers"> => ({
  // None of them talks to the API server, and the addresses of a namespace's Services are not theirs to know from the
  // environment.
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  affinity: { podAntiAffinity: antiAffinity(instance, role, scheduling.spread) },
  nodeSelector: scheduling.nodeSelector,
  tolerations: scheduling.tolerations,
});

/** A probe that runs a pod script, which reads Redis's reply: redis-cli exits with 0 on an error reply too. */
export const scriptProbe = (
  [script, ...args]: [string, ...string[]],
  periodSeconds: number,
  failureThreshold: number,
): Probe => ({
  exec: { command: [...runScript(script), ...args] },
  periodSeconds,
  failureThreshold,
  // `ask` gives up after two seconds by itself and says so; this is for a shell that hangs.
  timeoutSeconds: 5,
});

/** The password, under the name that redis-cli reads it from. */
export const passwordEnv = (secretName: Input<string>): k8s.types.input.core.v1.EnvVar => ({
  name: passwordVariable,
  valueFrom: { secretKeyRef: { name: secretName, key: "password" } },
});

export const podNameEnv: k8s.types.input.core.v1.EnvVar = {
  name: "POD_NAME",
  valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
};

/** For a log line that says where to go. */
export const nodeNameEnv: k8s.types.input.core.v1.EnvVar = {
  name: "NODE_NAME",
  valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } },
};

/** A ConfigMap as a read-only folder. */
export const configMapVolume = (name: string, configMap: Input<string>): k8s.types.input.core.v1.Volume => ({
  name,
  configMap: { name: configMap },
});

/** Under the name of the folder, unless a pod has two for it. */
export const mount = (at: keyof typeof mountPath, name: string = at): k8s.types.input.core.v1.VolumeMount => ({
  name,
  mountPath: mountPath[at],
});

export type { Container, Pod };
