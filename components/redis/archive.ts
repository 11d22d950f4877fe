import type { ComponentResource, Input } from "@pulumi/pulumi";
import type { ArchiveStore } from "./archive-store";
import type { ArchiveSettings, RedisSettings } from "./args";
import { createCronJob } from "./cron-job";
import type { Foundation } from "./foundation";
import { configMapVolume, containerSecurity, mount, passwordEnv, podBase, podNameEnv, podSecurity, users, type Container, type Pod } from "./pod";
import { parseBytes } from "./quantity";

/** In seconds; shorter than an hour, so that a job which hangs does not cost the next one its turn. */
const longestRun = 55 * 60;

/** The job that takes an archive on the schedule. Standalone, its one node is asked; else the nodes in the topology. */
export function createArchive(name: string, settings: RedisSettings, foundation: Foundation, parent: ComponentResource): void {
  const { archive } = settings;
  const store = foundation.archiveStore?.();
  if (!archive || !store) return;
  createCronJob({
    instance: name, namespace: foundation.namespace, role: "archive", schedule: archive.schedule, longestRun, backoffLimit: 2,
    // The archive is there, and only what is too old could not be removed: another try would make one more.
    podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes: { containerName: "store", operator: "In", values: [3] } }] },
    pod: archivePod(name, settings, archive, foundation, store),
  }, parent);
}

/** One image has redis-cli, the other rclone: the copy is taken by the first container and brought out by the second. */
function archivePod(name: string, settings: RedisSettings, archive: ArchiveSettings, foundation: Foundation, store: ArchiveStore): Pod {
  const standalone = settings.mode === "standalone";
  return {
    ...podBase(name, "archive", { ...settings.scheduling, spread: "preferred" }),
    serviceAccountName: store.serviceAccountName,
    securityContext: podSecurity(users.redis),
    // Each try in a pod of its own, whose log stays.
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 5,
    initContainers: [take(name, settings, foundation.secret, standalone)],
    containers: [bringOut(archive, store)],
    volumes: [
      configMapVolume("scripts", store.scripts),
      ...(standalone ? [] : [configMapVolume("topology", `${name}-topology`)]),
      // On the node's own disk: in memory it would be a second Redis.
      { name: "work", emptyDir: { sizeLimit: settings.resources.memory } },
      ...store.volumes,
    ],
  };
}

const take = (name: string, { image, namespace, masterName, resources }: RedisSettings, secret: Input<string>, standalone: boolean): Container => ({
  name: "take",
  image,
  command: ["/bin/sh", "/scripts/archive-take.sh"],
  env: [podNameEnv, passwordEnv(secret), standalone ? { name: "NODES", value: `${name}-0 ${name}.${namespace}.svc` } : { name: "MASTER_NAME", value: masterName }],
  // The check takes the data apart key by key: as much memory as the largest key needs.
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: parseBytes(resources.memory)! > parseBytes("128Mi")! ? resources.memory : "128Mi" } },
  securityContext: containerSecurity,
  volumeMounts: [mount("scripts", "/scripts"), mount("work", "/work"), ...(standalone ? [] : [mount("topology", "/topology")])],
});

const bringOut = ({ image, hourly, daily }: ArchiveSettings, store: ArchiveStore): Container => ({
  name: "store",
  image,
  // The image's own entry point is rclone.
  command: ["/bin/sh", "/scripts/archive-store.sh"],
  env: [podNameEnv, { name: "HOURLY", value: String(hourly) }, { name: "DAILY", value: String(daily) }, ...store.env],
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
  securityContext: containerSecurity,
  volumeMounts: [mount("scripts", "/scripts"), mount("work", "/work"), ...store.volumeMounts],
});
