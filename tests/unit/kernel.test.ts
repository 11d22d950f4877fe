import assert from "node:assert/strict";
import type { KernelTuning as KernelTuningComponent } from "../../components/kernel";
import { kernelPodScripts, nodeInitScript, wantedSysctls, wantedKernel } from "../../components/kernel";
import type { Redis as RedisComponent, RedisArgs } from "../../components/redis";
import { podScripts } from "../../components/redis/objects/scripts";
import { mockEngine, recordOptions, resourcesOf, type Captured } from "../support/mocked-stack";

describe("the kernel that Redis wants", () => {
  it("has one definition, which node settings and shell are rendered from", () => {
    assert.deepEqual(wantedSysctls, { "net.core.somaxconn": "4096", "vm.overcommit_memory": "1" });
    for (const line of [
      `WANTED_SOMAXCONN=${wantedKernel.somaxconn.atLeast}`,
      `RAISED_SOMAXCONN=${wantedKernel.somaxconn.set}`,
      "WANTED_HUGE_PAGES=never",
      "WANTED_DEFRAG=never",
      "WANTED_OVERCOMMIT=1",
    ]) {
      for (const text of [kernelPodScripts()["kernel-wanted.sh"]!, nodeInitScript()])
        assert.ok(text.split("\n").includes(line), line);
    }
  });

  it("is never set lower than a kernel of today begins with", () =>
    assert.ok(wantedKernel.somaxconn.set >= 4096 && wantedKernel.somaxconn.set >= wantedKernel.somaxconn.atLeast));

  it("is known to every Redis pod: its scripts are mounted beside the pod's own", () => {
    for (const [name, text] of Object.entries(kernelPodScripts())) assert.equal(podScripts("redis")[name], text, name);
    assert.equal(podScripts("redis")["kernel-tune.sh"], undefined, "a Redis pod tunes nothing");
  });
});

describe("kernel tuning, the components without an engine (mocked)", () => {
  let KernelTuning: typeof KernelTuningComponent;
  let Redis: typeof RedisComponent;
  before(async () => {
    await mockEngine("test");
    ({ KernelTuning } = await import("../../components/kernel"));
    ({ Redis } = await import("../../components/redis"));
  });

  const opts = { transformations: [recordOptions] };
  const tolerations = [{ key: "redis", operator: "Exists", effect: "NoSchedule" }];
  const tuning = () =>
    resourcesOf(
      () =>
        new KernelTuning(
          "kernel",
          { namespace: "redis-kernel", image: "redis:8.0.2-alpine", nodeSelector: { pool: "redis" }, tolerations },
          opts,
        ),
    );
  const one = (resources: Captured[], type: string) => {
    const found = resources.filter((resource) => resource.type === type);
    assert.equal(found.length, 1, `${type}: ${resources.map((resource) => resource.type).join(", ")}`);
    return found[0]!.inputs;
  };

  it("writes two places of its node and sees no other: root, but without capabilities, and not privileged", async () => {
    const { spec } = one(await tuning(), "kubernetes:apps/v1:DaemonSet").spec.template;
    const [container] = spec.containers;
    assert.equal(spec.containers.length, 1);
    assert.deepEqual(container.securityContext, {
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assert.deepEqual(spec.securityContext, { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } });
    assert.deepEqual(
      spec.volumes.flatMap((volume: { hostPath?: { path: string } }) =>
        volume.hostPath ? [volume.hostPath.path] : [],
      ),
      ["/sys/kernel/mm/transparent_hugepage", "/proc/sys/vm/overcommit_memory"],
    );
    for (const shared of ["hostNetwork", "hostPID", "hostIPC", "initContainers", "serviceAccountName"])
      assert.equal(spec[shared], undefined, shared);
    assert.equal(spec.automountServiceAccountToken, false);
    assert.ok(container.resources.limits.memory && container.readinessProbe);
  });

  it("gets everywhere Redis does, and never blocks its own update", async () => {
    const { spec } = one(await tuning(), "kubernetes:apps/v1:DaemonSet");
    assert.deepEqual(spec.template.spec.tolerations, tolerations);
    assert.deepEqual(spec.template.spec.nodeSelector, { pool: "redis" });
    assert.equal(spec.template.spec.priorityClassName, "system-node-critical");
    assert.equal(spec.updateStrategy.rollingUpdate.maxUnavailable, "100%");
  });

  it("has a quota for its priority, without which GKE admits none of its pods", async () => {
    const [term] = one(await tuning(), "kubernetes:core/v1:ResourceQuota").spec.scopeSelector.matchExpressions;
    assert.deepEqual(term, { scopeName: "PriorityClass", operator: "In", values: ["system-node-critical"] });
  });

  it("keeps what a mounted file of the node needs to a namespace of its own", async () => {
    const resources = await tuning();
    const { metadata } = one(resources, "kubernetes:core/v1:Namespace");
    assert.equal(metadata.name, "redis-kernel");
    assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "privileged");
    for (const { type, name, inputs, options } of resources.filter((resource) =>
      resource.type.startsWith("kubernetes:"),
    )) {
      assert.ok(options.parent, `${type} ${name}`);
      if (type !== "kubernetes:core/v1:Namespace") assert.equal(inputs.metadata.namespace, "redis-kernel", name);
    }
  });

  const pods = async (args: RedisArgs) =>
    (await resourcesOf(() => new Redis("redis", { auth: { password: "a-password-for-the-tests" }, ...args }, opts)))
      .filter(({ type }) => /StatefulSet|Deployment/.test(type))
      .map(({ name, inputs }) => ({ name, spec: inputs.spec.template.spec }));

  it("makes no start of Redis longer unless that is asked for", async () => {
    for (const kernel of [undefined, {}, { enforce: false }]) {
      for (const { name, spec } of await pods({ mode: "sentinel", kernel }))
        assert.equal(spec.initContainers, undefined, name);
    }
  });

  it("holds back data pods only, in a container as restricted as the others", async () => {
    const found = await pods({ mode: "sentinel", kernel: { enforce: true } });
    assert.deepEqual(
      found.filter(({ spec }) => spec.initContainers).map(({ name }) => name),
      ["redis"],
    );
    const { spec } = found.find(({ name }) => name === "redis")!;
    assert.deepEqual(
      spec.initContainers.map(({ name }: { name: string }) => name),
      ["kernel"],
    );
    const [gate] = spec.initContainers;
    assert.deepEqual(gate.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assert.equal(gate.image, spec.containers[0].image);
    assert.deepEqual(gate.volumeMounts, [{ name: "scripts", mountPath: "/scripts" }]);
    assert.ok(gate.resources.limits.memory);
    assert.equal(spec.securityContext.runAsNonRoot, true);
  });

  it("tells a Redis pod which node it is on, or its warning would lead nowhere", async () => {
    for (const enforce of [false, true]) {
      const { spec } = (await pods({ mode: "standalone", kernel: { enforce } }))[0]!;
      for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
        assert.deepEqual(
          container.env.find(({ name }: { name: string }) => name === "NODE_NAME")?.valueFrom,
          { fieldRef: { fieldPath: "spec.nodeName" } },
          container.name,
        );
      }
    }
  });
});
