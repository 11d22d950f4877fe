import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { throwMistakes } from "../mistake";
import { label, nameMistakes } from "../names";
import { tunerPod } from "./pod";
import { tuningScripts } from "./scripts";

/** Arguments of {@link KernelTuning}. */
export interface KernelTuningArgs {
  /** The namespace that is made for it. Not that of other pods: it admits pods that mount files of their node. */
  namespace: pulumi.Input<string>;
  /** An image with a POSIX shell, `cat`, `date`, `dirname` and `sleep`; take one that the nodes have in any case. */
  image: string;
  /** Labels of the nodes to tune. @default every node */
  nodeSelector?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Taints that it tolerates: those of the nodes to tune. @default none */
  tolerations?: pulumi.Input<pulumi.Input<k8s.types.input.core.v1.Toleration>[]>;
}

/**
 * Keeps what Redis wants of the kernel (see `wantedKernel`) set on each node, where nothing else does: a DaemonSet that
 * sets it at once, looks again every 30 seconds, logs what it changed, and is ready only while the values are right.
 * `net.core.somaxconn` is not among them: it belongs to each pod's own network namespace, which no other pod can reach.
 *
 * @example
 * new KernelTuning("kernel", { namespace: "redis-kernel", image: "redis:8.0.2-alpine" }, { provider });
 *
 * @throws InputPropertiesError if its name is not one that Kubernetes objects can be named after
 */
export class KernelTuning extends pulumi.ComponentResource {
  /** The namespace that the DaemonSet lives in. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: KernelTuningArgs, opts?: pulumi.ComponentResourceOptions) {
    super("redis-gke:kernel:KernelTuning", name, {}, opts);
    throwMistakes("KernelTuning", name, nameMistakes(name));
    this.namespace = this.createNamespace(name, args.namespace);
    const quota = this.createQuota(name);
    this.createDaemonSet(name, args, this.createScripts(name), quota);
    this.registerOutputs({ namespace: this.namespace });
  }

  /** Pods that mount files of their node are admitted nowhere else than under `privileged`. */
  private createNamespace(name: string, namespace: pulumi.Input<string>): pulumi.Output<string> {
    const labels = { ...commonLabels(name), "pod-security.kubernetes.io/enforce": "privileged" };
    return new k8s.core.v1.Namespace(`${name}-namespace`, { metadata: { name: namespace, labels } }, { parent: this })
      .metadata.name;
  }

  /**
   * GKE admits pods of a system priority only where a quota allows for them ("insufficient quota to match these
   * scopes").
   */
  private createQuota(name: string): k8s.core.v1.ResourceQuota {
    return new k8s.core.v1.ResourceQuota(
      `${name}-quota`,
      {
        metadata: { name, namespace: this.namespace, labels: commonLabels(name) },
        spec: {
          hard: { pods: "10k" },
          scopeSelector: {
            matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: [priorityClass] }],
          },
        },
      },
      { parent: this },
    );
  }

  /**
   * Without a fixed name, and never changed in place: a changed script gets a new one, and the pods are rolled to it.
   */
  private createScripts(name: string): pulumi.Output<string> {
    return new k8s.core.v1.ConfigMap(
      `${name}-scripts`,
      { metadata: { namespace: this.namespace, labels: commonLabels(name) }, data: tuningScripts(), immutable: true },
      { parent: this },
    ).metadata.name;
  }

  private createDaemonSet(
    name: string,
    args: KernelTuningArgs,
    scripts: pulumi.Output<string>,
    quota: k8s.core.v1.ResourceQuota,
  ): void {
    const matchLabels = selectorLabels(name);
    const { image, nodeSelector, tolerations } = args;
    new k8s.apps.v1.DaemonSet(
      `${name}-tuner`,
      {
        metadata: {
          name: `${name}-tuner`,
          namespace: this.namespace,
          labels: { ...commonLabels(name), ...matchLabels },
        },
        spec: {
          selector: { matchLabels },
          // All at once: a tuner that is away costs nothing, and one that cannot get ready must not keep the others
          // from the new script.
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
          template: {
            metadata: { labels: { ...commonLabels(name), ...matchLabels } },
            spec: { ...tunerPod(image, scripts), priorityClassName: priorityClass, nodeSelector, tolerations },
          },
        },
      },
      { parent: this, dependsOn: quota },
    );
  }
}

/** A full node evicts others for it, and never it: without the tuner, pods that wait for the kernel wait for ever. */
const priorityClass = "system-node-critical";

const selectorLabels = (instance: string) => ({
  [label.name]: "kernel-tuning",
  [label.instance]: instance,
});
const commonLabels = (instance: string) => ({ ...selectorLabels(instance), [label.managedBy]: "pulumi" });
