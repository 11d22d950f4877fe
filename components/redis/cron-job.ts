import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Input } from "@pulumi/pulumi";
import { commonLabels, selectorLabels, type Role } from "./labels";
import type { Pod } from "./pod";

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

/**
 * A job on a schedule, called after its role. One that still runs is not doubled; a turn that was missed is made good within the time
 * that a run may take, and no more are counted than that: a schedule that finds a hundred missed turns is stopped for ever.
 */
export function createCronJob({ instance, namespace, role, schedule, suspend, longestRun, pod, ...job }: ScheduledJob, parent: ComponentResource): void {
  const labels = { ...commonLabels(instance), ...selectorLabels(instance, role) };
  const name = `${instance}-${role}`;
  new k8s.batch.v1.CronJob(name, {
    metadata: { name, namespace, labels },
    spec: {
      schedule, suspend,
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: longestRun,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: { metadata: { labels }, spec: { ...job, activeDeadlineSeconds: longestRun, template: { metadata: { labels }, spec: pod } } },
    },
  }, { parent });
}
