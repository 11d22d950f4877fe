import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { RedisSettings } from "../args";
import { mainContainer, runScript, sentinelPort } from "../contract";
import {
  configMapVolume,
  containerSecurity,
  mount,
  passwordEnv,
  podBase,
  podNameEnv,
  podSecurity,
  scriptProbe,
  users,
} from "./pod";

export interface SentinelPodArgs {
  instance: string;
  settings: RedisSettings;
  /** Names of the ConfigMaps and of the Secret that the pod reads. */
  scripts: Input<string>;
  configuration: Input<string>;
  topology: Input<string>;
  passwordSecret: Input<string>;
}

/** The pod of a sentinel. */
export function sentinelPod(args: SentinelPodArgs): k8s.types.input.core.v1.PodSpec {
  const { settings } = args;
  return {
    ...podBase(args.instance, "sentinel", settings.scheduling),
    securityContext: podSecurity(users.redis),
    terminationGracePeriodSeconds: 10,
    containers: [
      {
        name: mainContainer.sentinel,
        image: settings.image,
        command: runScript("sentinel-start.sh"),
        env: [
          podNameEnv,
          passwordEnv(args.passwordSecret),
          { name: "MASTER_NAME", value: settings.masterName },
          { name: "QUORUM", value: String(settings.quorum) },
        ],
        ports: [{ name: "sentinel", containerPort: sentinelPort }],
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "64Mi" } },
        securityContext: containerSecurity,
        // On the first start it waits until there is a master to monitor, for as long as that takes: a restart would
        // cure nothing.
        startupProbe: scriptProbe(["alive.sh", String(sentinelPort)], 1, 24 * 60 * 60),
        livenessProbe: scriptProbe(["alive.sh", String(sentinelPort)], 10, 6),
        // One look is enough, for clients have the others to ask.
        readinessProbe: scriptProbe(["sentinel-ready.sh"], 3, 1),
        volumeMounts: [mount("data"), mount("scripts"), mount("configuration"), mount("topology")],
      },
    ],
    volumes: [
      configMapVolume("scripts", args.scripts),
      configMapVolume("configuration", args.configuration),
      configMapVolume("topology", args.topology),
    ],
  };
}

/** The claim of each sentinel's memory: who is master, who else is there, and the epoch of the last election. */
export const sentinelClaim = ({ persistence }: RedisSettings): k8s.types.input.core.v1.PersistentVolumeClaim => ({
  metadata: { name: "data" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    storageClassName: persistence.storageClass,
    resources: { requests: { storage: "64Mi" } },
  },
});
