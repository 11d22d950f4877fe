import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Output, Resource } from "@pulumi/pulumi";
import type { RedisSettings } from "../args";
import { contentNamed } from "../objects/config-map";
import type { Foundation } from "./foundation";
import { haproxyConf } from "../rendered/haproxy-cfg";
import {
  commonLabels,
  endpointPorts,
  mainContainer,
  mountPath,
  objectName,
  redisPort,
  selectorLabels,
  type PodAddress,
} from "../contract";
import { configMapVolume, containerSecurity, mount, passwordEnv, podBase, podSecurity, users } from "../objects/pod";
import { clientService, hostName } from "../objects/service";
import { running } from "../rules/stopped";
import { createDisruptionBudget } from "../objects/workload";
import * as pulumi from "@pulumi/pulumi";

export interface EndpointResourceArgs {
  name: string;
  settings: RedisSettings;
  foundation: Foundation;
  nodes: Output<PodAddress[]>;
  sentinels: Output<PodAddress[]>;
  /** What has to be there before clients are led here. */
  after: Output<Resource[]>;
}

export interface Endpoint {
  /** Always leads to the current master. */
  host: Output<string>;
  service: k8s.core.v1.Service;
  /** Leads to replicas that are in sync. */
  readHost: Output<string>;
}

/**
 * The master endpoint, for clients that know nothing of Sentinel: HAProxy pods behind one Service for the master and
 * one for reads.
 */
export function createEndpoint(
  { name, settings, foundation, nodes, sentinels, after }: EndpointResourceArgs,
  parent: ComponentResource,
): Endpoint {
  const { namespace } = foundation;
  const labels = { ...commonLabels(name), ...selectorLabels(name, "endpoint") };
  const configuration = contentNamed(
    {
      instance: name,
      name: objectName.endpoint(name),
      namespace,
      data: {
        "haproxy.cfg": pulumi
          .all([nodes, sentinels])
          .apply(([redis, watchers]) => haproxyConf(settings, redis, watchers)),
      },
    },
    parent,
  );
  const deployment = new k8s.apps.v1.Deployment(
    objectName.endpoint(name),
    {
      metadata: { name: objectName.endpoint(name), namespace, labels },
      spec: {
        replicas: running(settings, settings.endpoint.replicas),
        // A new pod is ready before an old one goes: the endpoint never has less than it was asked for.
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        selector: { matchLabels: selectorLabels(name, "endpoint") },
        template: { metadata: { labels }, spec: endpointPod(name, settings, configuration, foundation.passwordSecret) },
      },
    },
    { parent },
  );
  createDisruptionBudget(name, objectName.endpoint(name), namespace, "endpoint", parent);
  const service = { instance: name, namespace, selector: selectorLabels(name, "endpoint") };
  // By the ports' names: while pods of a version with other numbers are replaced, each is reached on its own.
  const on = (targetPort: keyof typeof endpointPorts) => [{ name: "redis", port: redisPort, targetPort }];
  const master = clientService({ ...service, name, ports: on("master") }, parent, {
    dependsOn: after.apply((others) => [deployment, ...others]),
  });
  return {
    service: master,
    host: hostName(master),
    readHost: hostName(clientService({ ...service, name: objectName.read(name), ports: on("read") }, parent)),
  };
}

function endpointPod(
  name: string,
  settings: RedisSettings,
  configuration: Output<string>,
  passwordSecret: Output<string>,
): k8s.types.input.core.v1.PodSpec {
  const health = { httpGet: { path: "/health", port: "health" }, periodSeconds: 2, failureThreshold: 3 };
  return {
    ...podBase(name, "endpoint", settings.scheduling),
    securityContext: podSecurity(users.haproxy),
    containers: [
      {
        name: mainContainer.endpoint,
        image: settings.endpoint.image,
        command: ["haproxy", "-db", "-f", `${mountPath.configuration}/haproxy.cfg`],
        env: [passwordEnv(passwordSecret)],
        ports: Object.entries(endpointPorts).map(([port, containerPort]) => ({ name: port, containerPort })),
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        securityContext: containerSecurity,
        readinessProbe: health,
        livenessProbe: { ...health, periodSeconds: 10 },
        // The pod leaves the Service first, and HAProxy is told to stop after that. By USR1: as the first process of a
        // container it ignores the SIGTERM that an image without a STOPSIGNAL gets, and would wait for the kill.
        lifecycle: { preStop: { exec: { command: ["/bin/sh", "-c", "sleep 2; kill -USR1 1"] } } },
        volumeMounts: [mount("configuration")],
      },
    ],
    volumes: [configMapVolume("configuration", configuration)],
  };
}
