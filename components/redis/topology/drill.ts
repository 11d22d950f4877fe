import type { ComponentResource } from "@pulumi/pulumi";
import type { ArchiveStore } from "../objects/archive-store";
import type { ArchiveSettings, RedisSettings } from "../args";
import { archivePod, createCronJob } from "../objects/cron-job";
import type { Foundation } from "./foundation";
import { containerSecurity, mount, passwordEnv, podNameEnv, type Container } from "../objects/pod";
import { formatMi, Mi, parseBytes } from "../rules/quantity";
import { defaults } from "../defaults";
import { objectName, runScript } from "../contract";

/** In seconds: fetching, loading and comparing the largest archive that a node's memory holds. */
const longestRun = 3 * 3600;

/**
 * The restore drill: the latest archive, loaded into a throw-away Redis and compared. Its Job also is what `make drill`
 * and `make restore` run, with other variables, so that one that is switched off is there too, and only never starts by
 * itself.
 */
export function createDrill(
  name: string,
  settings: RedisSettings,
  foundation: Foundation,
  parent: ComponentResource,
): void {
  const { archive } = settings;
  const store = foundation.archives?.store();
  if (!archive || !store) return;
  createCronJob(
    {
      instance: name,
      namespace: foundation.namespace,
      role: "drill",
      longestRun,
      schedule: archive.drill === false ? defaults.archive.drill : archive.drill,
      suspend: archive.drill === false || settings.stopped,
      // Not tried again: a drill that failed once is what somebody has to look at.
      backoffLimit: 0,
      pod: archivePod({
        instance: name,
        role: "drill",
        settings,
        store,
        first: fetch(archive, store),
        second: compare(name, settings, foundation),
      }),
    },
    parent,
  );
}

const fetch = ({ image }: ArchiveSettings, store: ArchiveStore): Container => ({
  name: "fetch",
  image,
  command: runScript("drill-fetch.sh"),
  env: [podNameEnv, ...store.env],
  resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
  securityContext: containerSecurity,
  terminationMessagePolicy: "FallbackToLogsOnError",
  volumeMounts: [mount("scripts"), mount("work"), ...store.volumeMounts],
});

const compare = (
  name: string,
  { image, mode, resources }: RedisSettings,
  { namespace, passwordSecret }: Foundation,
): Container => ({
  name: "compare",
  image,
  command: runScript("restore-compare.sh"),
  args: ["drill"],
  // The values are read from a replica, where there is one.
  env: [
    podNameEnv,
    passwordEnv(passwordSecret),
    {
      name: "REDIS_HOST",
      value: namespace.apply((place) => `${mode === "sentinel" ? objectName.read(name) : name}.${place}.svc`),
    },
  ],
  // As much as Redis itself may take, but nothing is set apart for it: nodes that are dedicated to Redis have no room
  // for two. Where memory runs out, a pod that asked for so little goes first.
  resources: {
    requests: { cpu: "10m", memory: "64Mi" },
    limits: { memory: formatMi(parseBytes(resources.memory)! + 64 * Mi) },
  },
  securityContext: containerSecurity,
  terminationMessagePolicy: "FallbackToLogsOnError",
  volumeMounts: [mount("scripts"), mount("work")],
});
