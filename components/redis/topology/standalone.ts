import * as pulumi from "@pulumi/pulumi";
import type { RedisSettings } from "../args";
import { dataClaim } from "../objects/claims";
import { dataPod } from "../objects/data-pod";
import { readByPods, type Foundation } from "./foundation";
import { redisPort, selectorLabels } from "../contract";
import { clientService, governingService, hostName } from "../objects/service";
import { running } from "../rules/stopped";
import { waits } from "../rules/waits";
import { createStatefulSet } from "../objects/workload";

/**
 * One Redis with its own volume. Kubernetes restarts it; a crash loses at most what the fsync policy says. It has no
 * PodDisruptionBudget: with a single pod one could only forbid every drain of its node.
 */
export class Standalone extends pulumi.ComponentResource {
  readonly host: pulumi.Output<string>;

  constructor(name: string, settings: RedisSettings, foundation: Foundation, opts?: pulumi.ComponentResourceOptions) {
    // The way back of an `up` that was to make it a sentinel topology, and failed before it came to the data.
    super("redis-gke:redis:Standalone", name, {}, { ...opts, aliases: [{ type: "redis-gke:redis:Sentinel" }] });
    const { namespace } = foundation;
    const customTimeouts = waits(settings);
    const service = {
      instance: name,
      namespace,
      selector: selectorLabels(name, "redis"),
      ports: [{ name: "redis", port: redisPort }],
    };

    const governing = governingService({ ...service, name: `${name}-nodes` }, this);
    createStatefulSet(
      {
        instance: name,
        name,
        namespace,
        role: "redis",
        replicas: running(settings, 1),
        serviceName: governing.metadata.name,
        pod: dataPod({
          instance: name,
          settings,
          startScript: "standalone-start.sh",
          ...readByPods(foundation),
          restore: foundation.restore,
        }),
        claim: dataClaim(settings),
        dependsOn: foundation.prerequisites,
        customTimeouts,
      },
      this,
    );
    this.host = hostName(clientService({ ...service, name }, this, { customTimeouts }));
    this.registerOutputs({ host: this.host });
  }
}
