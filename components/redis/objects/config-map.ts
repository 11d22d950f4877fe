import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Input, Output } from "@pulumi/pulumi";
import { commonLabels } from "../contract";

interface ConfigMapArgs {
  instance: string;
  /** Of the resource; with a fixed name also of the ConfigMap. */
  name: string;
  namespace: Input<string>;
  data: Record<string, Input<string>>;
}

/**
 * A ConfigMap whose name changes with its content, so that the pods are rolled to it one at a time, and those not
 * rolled yet keep what they were started with; gives the name. Nobody changes it in place, which a provider with
 * `enableConfigMapMutable` would do, below pods that run.
 */
export const contentNamed = (
  { instance, name, namespace, data }: ConfigMapArgs,
  parent: ComponentResource,
): Output<string> =>
  new k8s.core.v1.ConfigMap(
    name,
    { metadata: { namespace, labels: commonLabels(instance) }, data, immutable: true },
    { parent },
  ).metadata.name;

/**
 * A ConfigMap that pods read again while they run, and whose change restarts nothing. They mount it by the name that
 * they know and not by its output: a provider without `enableConfigMapMutable` replaces it, and Pulumi with it whatever
 * has an input from it, the StatefulSets with all their pods.
 */
export const fixedName = (
  { instance, name, namespace, data }: ConfigMapArgs,
  parent: ComponentResource,
): k8s.core.v1.ConfigMap =>
  new k8s.core.v1.ConfigMap(name, { metadata: { name, namespace, labels: commonLabels(instance) }, data }, { parent });
