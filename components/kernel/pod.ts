import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

/** How long a value that something else set stays as it is, in seconds. */
const period = 30;

/**
 * What it writes of the node, and where it finds it. Not at their own places: a container's /proc/sys and /sys are
 * read-only.
 */
const files = [
  { name: "huge-pages", variable: "HUGE_PAGES", path: "/sys/kernel/mm/transparent_hugepage", type: "Directory" },
  { name: "overcommit", variable: "OVERCOMMIT", path: "/proc/sys/vm/overcommit_memory", type: "File" },
] as const;

const inPod = (path: string) => `/node${path}`;

/**
 * The pod of the tuning. It is root, for the kernel lets nobody else write these files; but a root without
 * capabilities, not privileged, that sees nothing else of its node.
 */
export const tunerPod = (image: string, scripts: Input<string>): k8s.types.input.core.v1.PodSpec => ({
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 5,
  securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
  containers: [
    {
      name: "tuner",
      image,
      command: ["/bin/sh", "/scripts/kernel-tune.sh", String(period)],
      env: files.map(({ variable, path }) => ({ name: variable, value: inPod(path) })),
      resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { memory: "32Mi" } },
      securityContext: {
        privileged: false,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      readinessProbe: {
        exec: { command: ["/bin/sh", "/scripts/kernel-tuned.sh"] },
        periodSeconds: 5,
        failureThreshold: 1,
        timeoutSeconds: 5,
      },
      volumeMounts: [
        { name: "scripts", mountPath: "/scripts" },
        ...files.map(({ name, path }) => ({ name, mountPath: inPod(path) })),
      ],
    },
  ],
  volumes: [
    { name: "scripts", configMap: { name: scripts } },
    ...files.map(({ name, path, type }) => ({ name, hostPath: { path, type } })),
  ],
});
