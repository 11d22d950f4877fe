import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RedisSettings } from "../args";
import { dataClaim } from "../objects/claims";
import { contentNamed, fixedName } from "../objects/config-map";
import { sentinelConf } from "../rendered/sentinel-conf";
import { dataPod } from "../objects/data-pod";
import { createEndpoint } from "./endpoint";
import { readByPods, type Foundation } from "./foundation";
import { objectName, redisPort, selectorLabels, sentinelPort, type PodAddress } from "../contract";
import { createScripts } from "../objects/scripts";
import { sentinelClaim, sentinelPod } from "../objects/sentinel-pod";
import { clientService, governingService, hostName, podServices } from "../objects/service";
import { running } from "../rules/stopped";
import { waits } from "../rules/waits";
import { createDisruptionBudget, createStatefulSet } from "../objects/workload";

/** A master, its replicas, the sentinels that replace a lost master, and the endpoint that follows it. */
export class Sentinel extends pulumi.ComponentResource {
  readonly host: pulumi.Output<string>;
  readonly readHost: pulumi.Output<string>;
  readonly sentinelHost: pulumi.Output<string>;
  readonly sentinelNodes: pulumi.Output<string[]>;

  constructor(
    name: string,
    settings: RedisSettings,
    foundation: Foundation,
    takesOver: pulumi.Output<boolean>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    // A standalone stack that takes sentinels keeps its StatefulSet and Services by this alias. Without it Pulumi would
    // make them anew, and the old ones, of the same names, would be in the way.
    super("redis-gke:redis:Sentinel", name, {}, { ...opts, aliases: [{ type: "redis-gke:redis:Standalone" }] });
    const { namespace } = foundation;
    const sentinel = objectName.sentinel(name);
    const redisPorts = { instance: name, namespace, ports: [{ name: "redis", port: redisPort }] };
    const sentinelPorts = { instance: name, namespace, ports: [{ name: "sentinel", port: sentinelPort }] };

    const nodes = podServices(name, settings.replicas, redisPorts, this);
    const sentinels = podServices(sentinel, settings.sentinels, sentinelPorts, this);
    const topology = this.createTopology(name, foundation, nodes, sentinels);
    const pod = { instance: name, settings, ...readByPods(foundation), topology: objectName.topology(name) };
    // Where a standalone Redis is taken over, what leads to the only node with data is there before anything happens to
    // that.
    const first = (resource: pulumi.Resource) => takesOver.apply((taken) => (taken ? [resource] : []));

    // A sentinel is ready once it knows the master, which has loaded its data by then.
    const customTimeouts = waits(settings);
    const sentinelGoverning = governingService(
      { ...sentinelPorts, name: `${sentinel}-nodes`, selector: selectorLabels(name, "sentinel") },
      this,
    );
    const watchers = createStatefulSet(
      {
        instance: name,
        name: sentinel,
        namespace,
        role: "sentinel",
        replicas: running(settings, settings.sentinels),
        serviceName: sentinelGoverning.metadata.name,
        pod: sentinelPod({
          ...pod,
          scripts: createScripts(name, "sentinel", namespace, this),
          configuration: this.createSentinelConfiguration(name, settings, foundation),
        }),
        claim: sentinelClaim(settings),
        dependsOn: [topology],
        customTimeouts,
      },
      this,
    );
    createDisruptionBudget(name, sentinel, namespace, "sentinel", this);

    const endpoint = createEndpoint({ name, settings, foundation, nodes, sentinels, after: first(watchers) }, this);

    const redisGoverning = governingService(
      { ...redisPorts, name: `${name}-nodes`, selector: selectorLabels(name, "redis") },
      this,
    );
    createStatefulSet(
      {
        instance: name,
        name,
        namespace,
        role: "redis",
        replicas: running(settings, settings.replicas),
        serviceName: redisGoverning.metadata.name,
        pod: dataPod({ ...pod, startScript: "redis-start.sh", restore: foundation.restore }),
        claim: dataClaim(settings),
        dependsOn: first(endpoint.service).apply((service) => [...foundation.prerequisites, topology, ...service]),
        customTimeouts,
      },
      this,
    );
    createDisruptionBudget(name, name, namespace, "redis", this);

    this.host = endpoint.host;
    this.readHost = endpoint.readHost;
    this.sentinelHost = hostName(
      clientService({ ...sentinelPorts, name: sentinel, selector: selectorLabels(name, "sentinel") }, this, {
        customTimeouts,
      }),
    );
    this.sentinelNodes = pulumi
      .all([sentinels, namespace])
      .apply(([all, place]) => all.map((node) => `${node.name}.${place}.svc:${sentinelPort}`));
    this.registerOutputs({
      host: this.host,
      readHost: this.readHost,
      sentinelHost: this.sentinelHost,
      sentinelNodes: this.sentinelNodes,
    });
  }

  /**
   * The address of every node, one "pod address" a line, for the start scripts. It has a fixed name and is read at each
   * start: a replica more must not restart the ones that are there.
   */
  private createTopology(
    name: string,
    { namespace }: Foundation,
    nodes: pulumi.Output<PodAddress[]>,
    sentinels: pulumi.Output<PodAddress[]>,
  ): k8s.core.v1.ConfigMap {
    const table = (rows: PodAddress[]) => rows.map((row) => `${row.name} ${row.address}\n`).join("");
    return fixedName(
      {
        instance: name,
        name: objectName.topology(name),
        namespace,
        data: { redis: nodes.apply(table), sentinels: sentinels.apply(table) },
      },
      this,
    );
  }

  /** A ConfigMap of their own: a changed setting of Redis must not restart the ones who watch over its rollout. */
  private createSentinelConfiguration(
    name: string,
    settings: RedisSettings,
    { namespace }: Foundation,
  ): pulumi.Output<string> {
    return contentNamed(
      {
        instance: name,
        name: `${name}-sentinel-configuration`,
        namespace,
        data: { "sentinel.conf": sentinelConf(settings) },
      },
      this,
    );
  }
}
