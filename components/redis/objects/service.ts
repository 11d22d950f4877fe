import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import { commonLabels, type PodAddress } from "../contract";

export interface ServiceArgs {
  /** The component's name, which every object carries as its instance label. */
  instance: string;
  /** The Service's own name, and so its name in DNS. */
  name: string;
  namespace: Input<string>;
  selector: Record<string, string>;
  /** Name, port and, where it differs, the pod's port. */
  ports: { name: string; port: number; targetPort?: string }[];
}

type Extra = Partial<k8s.types.input.core.v1.ServiceSpec> & { annotations?: Record<string, string> };

function create(
  args: ServiceArgs,
  { annotations, ...spec }: Extra,
  parent: ComponentResource,
  options?: CustomResourceOptions,
): k8s.core.v1.Service {
  return new k8s.core.v1.Service(
    args.name,
    {
      metadata: { name: args.name, namespace: args.namespace, labels: commonLabels(args.instance), annotations },
      spec: {
        selector: args.selector,
        ports: args.ports.map((port) => ({ protocol: "TCP", targetPort: port.port, ...port })),
        ...spec,
      },
    },
    { parent, ...options },
  );
}

/** A Service that leads to the pods that are ready, and waits for the first of them. */
export const clientService = (args: ServiceArgs, parent: ComponentResource, options?: CustomResourceOptions) =>
  create(args, {}, parent, options);

/** The headless Service that a StatefulSet needs for its pods' host names. */
export const governingService = (args: ServiceArgs, parent: ComponentResource) =>
  create(args, { clusterIP: "None", publishNotReadyAddresses: true }, parent);

/**
 * One ClusterIP Service for each pod of a StatefulSet: an address that outlives the pod, and that Redis and Sentinel
 * announce. It leads to the pod before it is ready too, for finding a role is a talk between nodes that are not ready
 * yet.
 */
export function podServices(
  statefulSet: string,
  count: number,
  args: Omit<ServiceArgs, "name" | "selector">,
  parent: ComponentResource,
): Output<PodAddress[]> {
  return pulumi.all(
    Array.from({ length: count }, (_, ordinal) => {
      const name = `${statefulSet}-${ordinal}`;
      const service = create(
        { ...args, name, selector: { "statefulset.kubernetes.io/pod-name": name } },
        {
          publishNotReadyAddresses: true,
          // The pods come after their addresses: waiting for endpoints here would be waiting for ever.
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        parent,
      );
      // The id makes the address unknown until the Service exists: a preview has the Service's spec, but no address in
      // it.
      return pulumi.all([service.spec.clusterIP, service.id]).apply(([address]) => ({ name, address }));
    }),
  );
}

/** The name of a Service inside the cluster, whatever the cluster's domain. */
export const hostName = (service: k8s.core.v1.Service): Output<string> =>
  pulumi.interpolate`${service.metadata.name}.${service.metadata.namespace}.svc`;
