import assert from "node:assert/strict";
import { resourceGraph, stacks, type GraphResource } from "../support/graph";

/** Who may do what no other pod may, and why. */
const exempt = new Set(["kernel-tuner"]);
const workloads = ["StatefulSet", "Deployment", "DaemonSet", "CronJob"];
const ofKind = (graph: GraphResource[], ...kinds: string[]) =>
  graph.filter(({ type }) => kinds.includes(type.split(":").pop()!));

describe("policies, over every resource of every stack", function () {
  this.timeout(600_000);
  for (const stack of stacks) {
    describe(stack, () => {
      let graph: GraphResource[];
      before(async () => {
        graph = await resourceGraph(stack);
      });
      const pods = () =>
        ofKind(graph, ...workloads).map(({ name, inputs }) => ({
          name,
          spec: (inputs.spec.jobTemplate?.spec ?? inputs.spec).template.spec,
        }));
      const containers = () =>
        pods().flatMap(({ name, spec }) =>
          // eslint-disable-next-line @typescript-eslint/no-explicit-any
          [...(spec.initContainers ?? []), ...spec.containers].map((container: any) => ({ name, spec, container })),
        );

      it("pins every image, and limits the memory of every container", () => {
        assert.ok(containers().length > 0);
        for (const { name, container } of containers()) {
          assert.match(container.image, /:\d+\.\d+\.\d+[\w.-]*$|@sha256:/, name);
          assert.ok(
            container.resources.limits.memory &&
              container.resources.requests.cpu &&
              container.resources.requests.memory,
            `${name} ${container.name}`,
          );
        }
      });

      it("runs every container under the restricted standard, but for the ones that are named", () => {
        const held = containers().filter(({ name }) => !exempt.has(name));
        assert.ok(held.length > 0);
        for (const { name, spec, container } of held) {
          assert.deepEqual(
            container.securityContext,
            { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
            name,
          );
          assert.equal(spec.securityContext.runAsNonRoot, true, name);
          assert.equal(spec.securityContext.seccompProfile.type, "RuntimeDefault", name);
        }
        for (const { name, spec } of pods()) {
          assert.ok(!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, name);
          assert.equal(spec.automountServiceAccountToken, false, name);
        }
      });

      it("lets even the exempt ones be no more than root over the files that they set", () => {
        for (const { name, spec, container } of containers().filter((one) => exempt.has(one.name))) {
          assert.ok(!container.securityContext.privileged, name);
          assert.equal(container.securityContext.allowPrivilegeEscalation, false, name);
          assert.deepEqual(container.securityContext.capabilities, { drop: ["ALL"] }, name);
          // eslint-disable-next-line @typescript-eslint/no-explicit-any
          for (const { hostPath } of spec.volumes.filter((volume: any) => volume.hostPath))
            assert.match(hostPath.path, /^\/(sys\/kernel\/mm\/transparent_hugepage|proc\/sys\/vm\/overcommit_memory)/);
        }
      });

      it("opens nothing to the outside, and keeps no secret in the open", () => {
        for (const { name, inputs } of ofKind(graph, "Service").filter(({ type }) => type.startsWith("kubernetes:")))
          assert.ok([undefined, "ClusterIP"].includes(inputs.spec.type), name);
        const secrets = ofKind(graph, "Secret");
        assert.ok(secrets.length > 0);
        for (const { inputs } of secrets)
          assert.ok(
            Object.values(inputs.stringData === "[secret]" ? { all: "[secret]" } : (inputs.stringData as object)).every(
              (value) => value === "[secret]",
            ),
          );
      });
    });
  }

  for (const stack of ["dev", "prod"] as const) {
    describe(`${stack}, on Google Cloud`, () => {
      let graph: GraphResource[];
      before(async () => {
        graph = await resourceGraph(stack);
      });
      const pools = () => ofKind(graph, "NodePool");

      it("gives no node a public address, and no other way in or out than the NAT", () => {
        const [cluster] = ofKind(graph, "Cluster").filter(({ type }) => type.startsWith("gcp:"));
        assert.equal(cluster!.inputs.privateClusterConfig.enablePrivateNodes, true);
        assert.equal(pools().length, 2);
        for (const { inputs } of pools()) assert.equal(inputs.networkConfig.enablePrivateNodes, true);
        assert.equal(ofKind(graph, "RouterNat").length, 1);
        assert.deepEqual(ofKind(graph, "Firewall", "Address", "GlobalAddress", "Route"), []);
      });

      it("runs no node as the project's default account, which may do everything", () => {
        const [cluster] = ofKind(graph, "Cluster").filter(({ type }) => type.startsWith("gcp:"));
        for (const { inputs } of [...pools(), cluster!])
          assert.match(inputs.nodeConfig.serviceAccount, /^redis-\w+-nodes@/);
        assert.deepEqual(
          ofKind(graph, "IAMMember").map(({ inputs }) => inputs.role),
          ["roles/container.defaultNodeServiceAccount"],
        );
        assert.deepEqual(
          ofKind(graph, "BucketIAMMember")
            .filter(({ inputs }) => inputs.member.startsWith("serviceAccount:"))
            .map(({ inputs }) => inputs.role),
          ["roles/storage.objectViewer"],
        );
      });

      it("upgrades no two nodes of a pool at once", () => {
        for (const { inputs } of pools()) {
          assert.deepEqual(inputs.upgradeSettings, { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 });
          assert.deepEqual(inputs.management, { autoRepair: true, autoUpgrade: true });
        }
      });

      it("keeps every bucket from the public, and the nodes' script from rules that delete", () => {
        const buckets = ofKind(graph, "Bucket");
        assert.ok(buckets.length > 0);
        for (const { name, inputs } of buckets) {
          assert.equal(inputs.publicAccessPrevention, "enforced", name);
          assert.equal(inputs.uniformBucketLevelAccess, true, name);
        }
        assert.equal(buckets.find(({ name }) => name === `redis-${stack}-node-init`)!.inputs.lifecycleRules, undefined);
      });

      it(
        stack === "prod" ? "protects what holds data, and the cluster" : "can be thrown away without being asked twice",
        () => {
          const data = [
            ...ofKind(graph, "Disk", "PersistentVolume", "PersistentVolumeClaim", "Protection"),
            ...ofKind(graph, "Namespace").filter(({ name }) => name === "redis-namespace"),
          ];
          assert.ok(data.length >= 5);
          for (const { name, options } of data)
            assert.equal(options.protect, stack === "prod" ? true : undefined, name);
          assert.equal(
            ofKind(graph, "Cluster").find(({ type }) => type.startsWith("gcp:"))!.inputs.deletionProtection,
            stack === "prod",
          );
        },
      );

      it("keeps archives from the public, lets one ServiceAccount use them, and has no rule that deletes one", () => {
        const buckets = ofKind(graph, "Bucket").filter(({ name }) => name.endsWith("-archive"));
        assert.equal(buckets.length, stack === "prod" ? 1 : 0);
        for (const { inputs, options } of buckets) {
          assert.deepEqual(
            [inputs.publicAccessPrevention, inputs.uniformBucketLevelAccess, inputs.forceDestroy, options.protect],
            ["enforced", true, false, true],
          );
          // A rule knows ages only, and after months of failed jobs the old archives are the only ones.
          const actions = (inputs.lifecycleRules as { action: { type: string } }[]).map(({ action }) => action.type);
          assert.deepEqual(actions, ["SetStorageClass", "AbortIncompleteMultipartUpload"]);
        }
        const grants = ofKind(graph, "BucketIAMMember")
          .filter(({ inputs }) => inputs.member.startsWith("principal://"))
          .map(({ inputs }) => [inputs.bucket, inputs.role, inputs.member.split("/subject/")[1]]);
        assert.deepEqual(
          grants,
          stack === "prod"
            ? [["redis-prod-archive-0123abc", "roles/storage.objectUser", "ns/redis-prod/sa/redis-archive"]]
            : [],
        );
      });

      it("keeps a last snapshot of a disk that goes, and the snapshots of the schedule", () => {
        for (const { inputs } of ofKind(graph, "Disk")) assert.equal(inputs.createSnapshotBeforeDestroy, true);
        assert.equal(
          ofKind(graph, "ResourcePolicy")[0]!.inputs.snapshotSchedulePolicy.retentionPolicy.onSourceDiskDelete,
          "KEEP_AUTO_SNAPSHOTS",
        );
        assert.equal(ofKind(graph, "DiskResourcePolicyAttachment").length, ofKind(graph, "Disk").length);
      });
    });
  }
});
