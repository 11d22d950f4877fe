import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { RedisSettings } from "../args";
import { kernelGateContainer, mainContainer, redisPort, runScript } from "../contract";
import type { RestoreParts } from "./restore-containers";
import {
  configMapVolume,
  containerSecurity,
  mount,
  nodeNameEnv,
  passwordEnv,
  podBase,
  podNameEnv,
  podSecurity,
  scriptProbe,
  users,
  type Container,
} from "./pod";

export interface DataPodArgs {
  instance: string;
  settings: RedisSettings;
  /** The script under /scripts that starts Redis. */
  startScript: string;
  /** Names of the ConfigMaps and of the Secret that the pod reads. */
  scripts: Input<string>;
  configuration: Input<string>;
  passwordSecret: Input<string>;
  /** Sentinel mode: the ConfigMap of addresses. */
  topology?: Input<string>;
  /** With an archive to begin with. */
  restore?: RestoreParts;
}

/** The pod of a Redis node, standalone or not. */
export function dataPod(args: DataPodArgs): k8s.types.input.core.v1.PodSpec {
  const { settings } = args;
  const sentinel = settings.mode === "sentinel";
  const initContainers = [
    ...(settings.kernel.enforce ? [kernelGate(settings)] : []),
    ...(args.restore?.initContainers ?? []),
  ];
  return {
    ...podBase(args.instance, "redis", settings.scheduling),
    securityContext: podSecurity(users.redis),
    // A handover takes a second or two; a stop without one waits for the replicas. More than this is a hang.
    terminationGracePeriodSeconds: 60,
    ...(args.restore?.serviceAccountName === undefined ? {} : { serviceAccountName: args.restore.serviceAccountName }),
    ...(initContainers.length === 0 ? {} : { initContainers }),
    containers: [
      {
        name: mainContainer.redis,
        image: settings.image,
        command: runScript(args.startScript),
        env: [
          podNameEnv,
          nodeNameEnv,
          passwordEnv(args.passwordSecret),
          { name: "ON_DAMAGE", value: settings.persistence.onDamage },
          ...(sentinel ? [{ name: "MASTER_NAME", value: settings.masterName }] : []),
        ],
        ports: [{ name: "redis", containerPort: redisPort }],
        resources: {
          requests: { cpu: settings.resources.cpu, memory: settings.resources.memory },
          limits: { memory: settings.resources.memory },
        },
        securityContext: containerSecurity,
        // Fails a start after a minute without any answer; that the data are still loading is an answer, however long.
        startupProbe: scriptProbe(["alive.sh", String(redisPort)], 1, 60),
        livenessProbe: scriptProbe(["alive.sh", String(redisPort)], 10, 6),
        // In sentinel mode no client reaches this pod by its readiness, so one failed look is enough, and a look every
        // three seconds: each costs 30 ms of a processor for the start of a process in the container. A standalone node
        // is the only one that clients have, and is taken from them by it: only two failures in a row count.
        readinessProbe: sentinel ? scriptProbe(["redis-ready.sh"], 3, 1) : scriptProbe(["redis-ready.sh"], 2, 2),
        volumeMounts: [
          mount("data"),
          mount("run"),
          mount("scripts"),
          mount("configuration"),
          ...(sentinel ? [mount("topology")] : []),
          ...(args.restore?.volumeMounts ?? []),
        ],
      },
    ],
    volumes: [
      { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
      configMapVolume("scripts", args.scripts),
      configMapVolume("configuration", args.configuration),
      ...(args.topology === undefined ? [] : [configMapVolume("topology", args.topology)]),
      ...(args.restore?.volumes ?? []),
    ],
  };
}

/**
 * Holds the pod back until its node's kernel is right. Only where that is asked for: it makes each start longer by a
 * container's.
 */
const kernelGate = ({ image }: RedisSettings): Container => ({
  name: kernelGateContainer,
  image,
  command: runScript("kernel-wait.sh"),
  env: [nodeNameEnv],
  resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { memory: "32Mi" } },
  securityContext: containerSecurity,
  volumeMounts: [mount("scripts")],
});
