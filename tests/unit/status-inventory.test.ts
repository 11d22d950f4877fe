import assert from "node:assert/strict";
import type { V1ContainerStatus, V1Pod, V1PodStatus } from "@kubernetes/client-node";
import { inventory } from "../../operate/status/inventory";

const labels = (component: string) => ({
  "app.kubernetes.io/name": "redis",
  "app.kubernetes.io/instance": "redis",
  "app.kubernetes.io/component": component,
});
const container = (over: Partial<V1ContainerStatus> = {}): V1ContainerStatus => ({
  name: "redis",
  image: "",
  imageID: "",
  ready: true,
  restartCount: 0,
  ...over,
});
const pod = (name: string, status: Partial<V1PodStatus> = {}, deletionTimestamp?: string): V1Pod => ({
  kind: "Pod",
  metadata: { name, labels: labels("redis"), deletionTimestamp: deletionTimestamp as unknown as Date },
  spec: { containers: [], nodeName: "node-2" },
  status: { phase: "Running", containerStatuses: [container()], ...status },
});
const facts = (status: Partial<V1PodStatus>, deleted?: string) =>
  inventory([pod("redis-0", status, deleted)])[0]?.pods[0];

describe("status: what Kubernetes says", () => {
  it("finds the pod behind the address that it announces, which is its Service's", () => {
    const service = {
      kind: "Service",
      metadata: { name: "redis-0", labels: labels("redis") },
      spec: { clusterIP: "198.18.4.7", selector: { "statefulset.kubernetes.io/pod-name": "redis-0" } },
    };
    const [instance] = inventory([pod("redis-0", { podIP: "198.18.9.1" }), service]);
    assert.equal(instance?.podAt.get("198.18.4.7"), "redis-0");
    assert.equal(instance?.podAt.get("198.18.9.1"), "redis-0");
  });

  it("knows how many pods there should be from the workload, or a missing one would not be missed", () => {
    const set = {
      kind: "StatefulSet",
      metadata: { labels: labels("redis") },
      spec: { replicas: 3, selector: {}, template: {}, serviceName: "redis" },
    };
    const [instance] = inventory([set, pod("redis-0")]);
    assert.equal(instance?.wanted.redis, 3);
    assert.equal(instance?.pods.length, 1);
  });

  it("gives the reason of a crash loop, and what killed it before", () => {
    const crashed = container({
      ready: false,
      restartCount: 9,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
    });
    const found = facts({ containerStatuses: [crashed] });
    assert.equal(found?.trouble, "CrashLoopBackOff after OOMKilled");
    assert.equal(found?.restarts, 9);
    assert.equal(found?.ready, false);
  });

  it("has what a container said as it ended, also while it waits to be started again", () => {
    const stopped = container({
      ready: false,
      restartCount: 2,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 1, reason: "Error", message: "stopped: a file is damaged\n" } },
    });
    assert.equal(facts({ containerStatuses: [stopped] })?.lastWords, "stopped: a file is damaged");
    assert.equal(facts({})?.lastWords, undefined);
  });

  it("says why a pod is scheduled nowhere", () => {
    const found = facts({
      phase: "Pending",
      containerStatuses: undefined,
      conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available: insufficient memory." }],
    });
    assert.equal(found?.trouble, "Pending: 0/3 nodes are available: insufficient memory.");
  });

  it("tells a pod that waits for its node's kernel from one that is only slow to start", () => {
    const init = (name: string) => ({
      phase: "Pending",
      containerStatuses: undefined,
      initContainerStatuses: [container({ name, ready: false, state: { running: {} } })],
    });
    assert.equal(facts(init("kernel"))?.waitsForKernel, true);
    assert.equal(facts(init("other"))?.waitsForKernel, false);
    assert.equal(facts({})?.waitsForKernel, false);
  });

  it("does not call a pod that is being deleted healthy", () =>
    assert.equal(facts({}, "2026-01-01T00:00:00Z")?.trouble, "Terminating"));

  it("finds nothing wrong with a running pod", () => assert.equal(facts({})?.trouble, undefined));

  it("sorts pods by number: redis-10 comes after redis-9", () => {
    const names = inventory(["redis-10", "redis-9", "redis-0"].map((name) => pod(name)))[0]?.pods.map(
      (found) => found.name,
    );
    assert.deepEqual(names, ["redis-0", "redis-9", "redis-10"]);
  });

  it("keeps two components in one namespace apart", () => {
    const other = pod("cache-0");
    other.metadata = { ...other.metadata, labels: { ...labels("redis"), "app.kubernetes.io/instance": "cache" } };
    assert.deepEqual(
      inventory([pod("redis-0"), other]).map((instance) => instance.name),
      ["cache", "redis"],
    );
  });
});
