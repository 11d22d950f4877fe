import assert from "node:assert/strict";
import { comesBefore, resourceGraph, type GraphResource } from "../support/graph";

const ofKind = (graph: GraphResource[], kind: string, cloud = "") =>
  graph.filter(({ type }) => type.endsWith(`:${kind}`) && type.startsWith(cloud));

describe("order and zones of the stacks on Google Cloud", function () {
  this.timeout(600_000);
  for (const stack of ["dev", "prod"] as const) {
    describe(stack, () => {
      let graph: GraphResource[];
      before(async () => {
        graph = await resourceGraph(stack);
      });
      const first = (kind: string, cloud = "") => ofKind(graph, kind, cloud)[0]!;
      const inOrder = (earlier: GraphResource, later: GraphResource) => {
        assert.ok(comesBefore(graph, earlier, later), `${later.name} has to wait for ${earlier.name}`);
        assert.ok(!comesBefore(graph, later, earlier), `${earlier.name} waits for ${later.name}, which waits for it`);
      };

      it("destroys pod, claim, volume and disk in this order, so that no disk goes while it is attached", () => {
        const redis = ofKind(graph, "StatefulSet").find(({ name }) => name === "redis")!;
        const disks = ofKind(graph, "Disk");
        for (const [ordinal, disk] of disks.entries()) {
          const volume = ofKind(graph, "PersistentVolume")[ordinal]!;
          const claim = ofKind(graph, "PersistentVolumeClaim")[ordinal]!;
          inOrder(disk, volume);
          inOrder(volume, claim);
          inOrder(claim, redis);
        }
      });

      it("has a destroy meet the protection before anything that was made", () => {
        const protection = ofKind(graph, "Protection")[0]!;
        for (const made of graph.filter(({ type }) => /^(gcp|kubernetes):/.test(type))) inOrder(made, protection);
      });

      it("takes the nodes away after everything that runs on them, the cluster after its nodes, the network last", () => {
        const pools = ofKind(graph, "NodePool");
        for (const pool of pools) {
          for (const inside of graph.filter(({ type }) => type.startsWith("kubernetes:"))) inOrder(pool, inside);
          inOrder(first("Cluster", "gcp:"), pool);
          inOrder(first("RouterNat"), pool);
          inOrder(first("IAMMember"), pool);
        }
        inOrder(
          first("BucketIAMMember"),
          pools.find(({ name }) => name === "redis")!,
        );
        inOrder(first("Subnetwork"), first("Cluster", "gcp:"));
        inOrder(first("Network"), first("Subnetwork"));
      });

      it("touches nothing of the project before the services are switched on, which waits for the check of what would be lost", () => {
        const services = ofKind(graph, "Service", "gcp:");
        assert.equal(services.length, 5);
        for (const resource of graph.filter(({ type }) => type.startsWith("gcp:") && !type.endsWith(":Service")))
          for (const service of services) inOrder(service, resource);
      });

      it("has each pod, its volume and its disk in one zone, and a node there", () => {
        const pool = ofKind(graph, "NodePool").find(({ name }) => name === "redis")!;
        const disks = ofKind(graph, "Disk");
        for (const [ordinal, disk] of disks.entries()) {
          const volume = ofKind(graph, "PersistentVolume")[ordinal]!.inputs.spec;
          assert.deepEqual(volume.nodeAffinity.required.nodeSelectorTerms, [
            { matchExpressions: [{ key: "topology.gke.io/zone", operator: "In", values: [disk.inputs.zone] }] },
          ]);
          assert.ok(volume.csi.volumeHandle.endsWith(`/zones/${disk.inputs.zone}/disks/${disk.inputs.name}`));
          assert.ok(pool.inputs.nodeLocations.includes(disk.inputs.zone), disk.inputs.zone);
          assert.deepEqual(
            [volume.claimRef.namespace, volume.claimRef.name],
            [`redis-${stack}`, `data-redis-${ordinal}`],
          );
          assert.equal(ofKind(graph, "PersistentVolumeClaim")[ordinal]!.inputs.spec.volumeName, disk.inputs.name);
        }
        assert.equal(new Set(disks.map(({ inputs }) => inputs.zone)).size, stack === "prod" ? 3 : 1);
      });

      it("sends every pod to the nodes that were made for it, and lets it stay there", () => {
        const pool = ofKind(graph, "NodePool").find(({ name }) => name === "redis")!.inputs.nodeConfig;
        const [taint] = pool.taints;
        for (const kind of ["StatefulSet", "Deployment", "DaemonSet"]) {
          for (const { name, inputs } of ofKind(graph, kind)) {
            const { nodeSelector, tolerations } = inputs.spec.template.spec;
            assert.deepEqual(nodeSelector, pool.labels, name);
            assert.ok(
              tolerations.some(
                (one: Record<string, string>) =>
                  one.key === taint.key && one.value === taint.value && one.effect === "NoSchedule",
              ),
              name,
            );
          }
        }
        assert.equal(
          ofKind(graph, "NodePool").find(({ name }) => name === "redis-system")!.inputs.nodeConfig.taints,
          undefined,
        );
      });
    });
  }
});
