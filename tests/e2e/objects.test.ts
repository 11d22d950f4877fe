import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { kubectl } from "../support/cluster";
import { resourceGraph, stacks, type GraphResource } from "../support/graph";

/** Two runs on one cluster must not share a namespace. */
const run = Math.random().toString(36).slice(2, 8);
const elsewhere = (namespace: string) => `objects-${run}-${namespace}`;

/** A resource of the golden graph as a manifest, in a namespace of the test's own. */
function manifest({ name, inputs }: GraphResource) {
  const { metadata, ...rest } = structuredClone(inputs);
  // Pulumi gives a name to what has none.
  metadata.name ??= `${name}-0123abcd`;
  if (metadata.namespace) metadata.namespace = elsewhere(metadata.namespace);
  if (rest.kind === "Namespace") metadata.name = elsewhere(metadata.name);
  if (rest.spec?.claimRef) rest.spec.claimRef.namespace = elsewhere(rest.spec.claimRef.namespace);
  if (rest.stringData) rest.stringData = { password: "masked" };
  return { ...rest, metadata };
}

/** The pod that a workload would make: the Pod Security admission looks at nothing else. */
function podOf({ inputs }: GraphResource) {
  const { metadata, spec } = inputs.spec.template;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name: `${inputs.metadata.name}-pod`, namespace: elsewhere(inputs.metadata.namespace) },
    spec: {
      ...spec,
      volumes: [
        ...spec.volumes,
        ...(inputs.spec.volumeClaimTemplates ?? []).map((claim: { metadata: { name: string } }) => ({
          name: claim.metadata.name,
          emptyDir: {},
        })),
      ],
    },
  };
}

/** What the API server answers to an object; it keeps none. */
function dryRun(object: unknown): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(
    "kubectl",
    ["create", "--dry-run=server", "--validate=strict", "-f", "-"],
    { input: JSON.stringify(object), encoding: "utf8" },
  );
  return { status, said: `${stdout}${stderr}` };
}

describe("every Kubernetes object of every stack, before a real API server (server-side dry run, strict)", function () {
  this.timeout(300_000);
  for (const stack of stacks) {
    describe(stack, () => {
      let graph: GraphResource[];
      const namespaces = () => graph.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
      before(async () => {
        graph = (await resourceGraph(stack)).filter(({ type }) => type.startsWith("kubernetes:"));
        for (const namespace of namespaces()) {
          const { metadata } = manifest(namespace);
          await kubectl("create", "namespace", metadata.name);
          await kubectl(
            "label",
            "namespace",
            metadata.name,
            ...Object.entries(metadata.labels).map(([key, value]) => `${key}=${String(value)}`),
          );
        }
      });
      after(() =>
        kubectl(
          "delete",
          "namespace",
          "--wait=false",
          ...namespaces().map((namespace) => manifest(namespace).metadata.name),
        ),
      );

      it("is accepted, with no field that Kubernetes does not know", () => {
        const objects = graph.filter(({ type }) => type !== "kubernetes:core/v1:Namespace");
        assert.ok(objects.length >= 8, `${objects.length} objects`);
        for (const object of objects) {
          const { status, said } = dryRun(manifest(object));
          assert.equal(status, 0, `${object.type} ${object.name}: ${said}`);
          assert.doesNotMatch(said, /Warning/, object.name);
        }
      });

      it("makes pods that their namespaces let in", () => {
        const workloads = graph.filter(({ inputs }) => inputs.spec?.template);
        assert.ok(workloads.length > 0);
        for (const workload of workloads) {
          const { status, said } = dryRun(podOf(workload));
          assert.equal(status, 0, `${workload.name}: ${said}`);
        }
      });
    });
  }

  it("would notice: an unknown field, and a pod that is not restricted", async () => {
    const graph = await resourceGraph("local");
    const redis = graph.find(({ type, name }) => type === "kubernetes:apps/v1:StatefulSet" && name === "redis")!;
    const namespace = elsewhere("noticed");
    await kubectl("create", "namespace", namespace);
    try {
      await kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
      const wrong = manifest(redis);
      wrong.metadata.namespace = namespace;
      wrong.spec.template.spec.containers[0].imagePullPolice = "Always";
      assert.match(dryRun(wrong).said, /unknown field "spec\.template\.spec\.containers\[0\]\.imagePullPolice"/);
      const pod = podOf(redis);
      pod.metadata.namespace = namespace;
      pod.spec.securityContext = {};
      assert.match(dryRun(pod).said, /violates PodSecurity "restricted/);
    } finally {
      await kubectl("delete", "namespace", namespace, "--wait=false");
    }
  });
});
