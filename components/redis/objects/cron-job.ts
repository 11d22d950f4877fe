import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Input } from "@pulumi/pulumi";
import type { ArchiveStore } from "./archive-store";
import type { RedisSettings } from "../args";
import { commonLabels, selectorLabels, type Role } from "../contract";
import { configMapVolume, podBase, podSecurity, users, type Container, type Pod } from "./pod";

export interface ScheduledJob {
  instance: string;
  namespace: Input<string>;
  role: Role;
  /** Five fields of cron, in UTC. */
  schedule: string;
  /** Never started by itself; it is there to be run by hand. */
  suspend?: boolean;
  /** In seconds: what takes longer hangs, and is ended. */
  longestRun: number;
  /** How often one that failed is tried again. */
  backoffLimit: number;
  podFailurePolicy?: k8s.types.input.batch.v1.PodFailurePolicy;
  pod: Pod;
}

export interface ArchivePodArgs {
  instance: string;
  role: Role;
  settings: RedisSettings;
  store: ArchiveStore;
  /** One image has Redis's programs, the other rclone: the first container hands over to the second, in /work. */
  first: Container;
  second: Container;
  volumes?: k8s.types.input.core.v1.Volume[];
}

/** The pod of a job that handles archives. */
export const archivePod = ({ instance, role, settings, store, first, second, volumes = [] }: ArchivePodArgs): Pod => ({
  ...podBase(instance, role, { ...settings.scheduling, spread: "preferred" }),
  serviceAccountName: store.serviceAccountName,
  securityContext: podSecurity(users.redis),
  // Each try in a pod of its own, whose log stays.
  restartPolicy: "Never",
  terminationGracePeriodSeconds: 5,
  initContainers: [first],
  containers: [second],
  volumes: [
    configMapVolume("scripts", store.scripts),
    ...volumes,
    // On the node's own disk: in memory it would be a second Redis.
    { name: "work", emptyDir: { sizeLimit: settings.resources.memory } },
    ...store.volumes,
  ],
});

/**
 * A job on a schedule, called after its role. One that still runs is not doubled; a turn that was missed is made good
 * within the time that a run may take, and no more are counted than that: a schedule that finds a hundred missed turns
 * is stopped for ever.
 */
export function createCronJob(
  { instance, namespace, role, schedule, suspend, longestRun, pod, ...job }: ScheduledJob,
  parent: ComponentResource,
): void {
  const labels = { ...commonLabels(instance), ...selectorLabels(instance, role) };
  const name = `${instance}-${role}`;
  new k8s.batch.v1.CronJob(
    name,
    {
      metadata: { name, namespace, labels },
      spec: {
        schedule,
        suspend,
        timeZone: "Etc/UTC",
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: longestRun,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels },
          spec: { ...job, activeDeadlineSeconds: longestRun, template: { metadata: { labels }, spec: pod } },
        },
      },
    },
    { parent },
  );
}
