import type { ComponentResource, Input } from "@pulumi/pulumi";
import type { ArchiveStore } from "../objects/archive-store";
import type { ArchiveSettings, RedisSettings } from "../args";
import { archivePod, createCronJob } from "../objects/cron-job";
import type { Foundation } from "./foundation";
import { configMapVolume, containerSecurity, mount, passwordEnv, podNameEnv, type Container } from "../objects/pod";
import { parseBytes } from "../rules/quantity";
import { objectName, runScript } from "../contract";

/** In seconds; shorter than an hour, so that a job which hangs does not cost the next one its turn. */
const longestRun = 55 * 60;

/** The job that takes an archive on the schedule. Standalone, its one node is asked; else the nodes in the topology. */
export function createArchive(
  name: string,
  settings: RedisSettings,
  foundation: Foundation,
  parent: ComponentResource,
): void {
  const { archive } = settings;
  const store = foundation.archives?.store();
  if (!archive || !store) return;
  const standalone = settings.mode === "standalone";
  createCronJob(
    {
      instance: name,
      namespace: foundation.namespace,
      role: "archive",
      schedule: archive.schedule,
      suspend: settings.stopped,
      longestRun,
      backoffLimit: 2,
      // The archive is there, and only what is too old could not be removed: another try would make one more.
      podFailurePolicy: {
        rules: [{ action: "FailJob", onExitCodes: { containerName: "store", operator: "In", values: [3] } }],
      },
      pod: archivePod({
        instance: name,
        role: "archive",
        settings,
        store,
        first: take(
          settings,
          foundation.passwordSecret,
          standalone ? `${name}-0 ${name}.${settings.namespace}.svc` : undefined,
        ),
        second: bringOut(archive, store),
        volumes: standalone ? [] : [configMapVolume("topology", objectName.topology(name))],
      }),
    },
    parent,
  );
}

/** `node`: "POD ADDRESS" of the only one; undefined where the sentinels tell which. */
const take = (
  { image, masterName, resources }: RedisSettings,
  passwordSecret: Input<string>,
  node: string | undefined,
): Container => ({
  name: "take",
  image,
  command: runScript("archive-take.sh"),
  env: [
    podNameEnv,
    passwordEnv(passwordSecret),
    node === undefined ? { name: "MASTER_NAME", value: masterName } : { name: "NODES", value: node },
  ],
  // The check takes the data apart key by key: as much memory as the largest key needs.
  resources: {
    requests: { cpu: "50m", memory: "64Mi" },
    limits: { memory: parseBytes(resources.memory)! > parseBytes("128Mi")! ? resources.memory : "128Mi" },
  },
  securityContext: containerSecurity,
  volumeMounts: [mount("scripts"), mount("work"), ...(node === undefined ? [mount("topology")] : [])],
});

const bringOut = ({ image, hourly, daily }: ArchiveSettings, store: ArchiveStore): Container => ({
  name: "store",
  image,
  // The image's own entry point is rclone.
  command: runScript("archive-store.sh"),
  env: [podNameEnv, { name: "HOURLY", value: String(hourly) }, { name: "DAILY", value: String(daily) }, ...store.env],
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
  securityContext: containerSecurity,
  volumeMounts: [mount("scripts"), mount("work"), ...store.volumeMounts],
});
