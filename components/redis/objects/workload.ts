import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, CustomTimeouts, Input, Resource } from "@pulumi/pulumi";
import { commonLabels, selectorLabels, type Role } from "../contract";

export interface StatefulSetArgs {
  instance: string;
  name: string;
  namespace: Input<string>;
  role: Role;
  replicas: number;
  /** Name of the headless Service. */
  serviceName: Input<string>;
  pod: k8s.types.input.core.v1.PodSpec;
  claim: k8s.types.input.core.v1.PersistentVolumeClaim;
  /** How long its pods may take to be ready. */
  customTimeouts: CustomTimeouts;
  /** What is there before the pods, and goes after them. */
  dependsOn?: Input<Input<Resource>[]>;
}

/**
 * A StatefulSet whose pods start together, since finding a role needs the others, and are updated one at a time, each
 * only when the one before it is ready. Its claims are kept when it is scaled down or deleted: nothing here deletes
 * data.
 */
export function createStatefulSet(args: StatefulSetArgs, parent: ComponentResource): k8s.apps.v1.StatefulSet {
  const labels = { ...commonLabels(args.instance), ...selectorLabels(args.instance, args.role) };
  return new k8s.apps.v1.StatefulSet(
    args.name,
    {
      metadata: { name: args.name, namespace: args.namespace, labels },
      spec: {
        replicas: args.replicas,
        serviceName: args.serviceName,
        podManagementPolicy: "Parallel",
        updateStrategy: { type: "RollingUpdate" },
        selector: { matchLabels: selectorLabels(args.instance, args.role) },
        template: { metadata: { labels }, spec: args.pod },
        volumeClaimTemplates: [args.claim],
      },
      // Its claims are made from it once. Another template would replace the StatefulSet, all its pods at once.
    },
    {
      parent,
      dependsOn: args.dependsOn,
      customTimeouts: args.customTimeouts,
      ignoreChanges: ["spec.volumeClaimTemplates"],
    },
  );
}

/** At most one pod of a role is taken away at a time by a drain or an upgrade. */
export function createDisruptionBudget(
  instance: string,
  name: string,
  namespace: Input<string>,
  role: Role,
  parent: ComponentResource,
): k8s.policy.v1.PodDisruptionBudget {
  return new k8s.policy.v1.PodDisruptionBudget(
    name,
    {
      metadata: { name, namespace, labels: commonLabels(instance) },
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: selectorLabels(instance, role) },
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    },
    { parent },
  );
}
