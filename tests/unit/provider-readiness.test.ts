import assert from "node:assert/strict";
import { judgePod, podProblems } from "../../stand-ins/kubernetes-plugin/await/pod";
import { endpointsOf, judgeService, settleMilliseconds } from "../../stand-ins/kubernetes-plugin/await/service";
import { judgeClaim, judgeVolume } from "../../stand-ins/kubernetes-plugin/await/storage";
import {
  judgeDaemonSet,
  judgeDeployment,
  judgeJob,
  judgeStatefulSet,
} from "../../stand-ins/kubernetes-plugin/await/workloads";
import { obstacles } from "../../stand-ins/kubernetes-plugin/delete";
import type { Fields } from "../../stand-ins/kubernetes-plugin/values";

const all = {
  observedGeneration: 2,
  replicas: 3,
  readyReplicas: 3,
  currentReplicas: 3,
  updatedReplicas: 3,
  currentRevision: "b",
  updateRevision: "b",
};
const statefulSet = (status: Fields, spec: Fields = {}): Fields => ({
  metadata: { name: "redis", generation: 2 },
  spec: { replicas: 3, ...spec },
  status: { ...all, ...status },
});

describe("provider: when a StatefulSet is ready", () => {
  it("is ready when rolled out", () => assert.equal(judgeStatefulSet(statefulSet({})).ready, true));

  it("does not believe a status of the spec before: the wait would end before the rollout began", () => {
    assert.equal(judgeStatefulSet(statefulSet({ observedGeneration: 1 })).ready, false);
  });

  it("waits for the last pod, and for the revision", () => {
    assert.match(judgeStatefulSet(statefulSet({ readyReplicas: 2 })).status, /2 of 3 pods ready/);
    const rolling = judgeStatefulSet(statefulSet({ currentRevision: "a", updatedReplicas: 1, currentReplicas: 2 }));
    assert.equal(rolling.ready, false);
    assert.match(rolling.status, /1 of 3/, "ready pods of the old revision are no progress");
    assert.match(rolling.problems.join(), /from revision "a" to revision "b"/);
  });

  it("asks nothing of the revision when the pods are replaced by hand", () => {
    assert.equal(
      judgeStatefulSet(
        statefulSet({ currentRevision: "a", currentReplicas: 0 }, { updateStrategy: { type: "OnDelete" } }),
      ).ready,
      true,
    );
  });
});

const revision = (number: string) => ({ annotations: { "deployment.kubernetes.io/revision": number } });
const conditions = (progressing: string, available = "True") => [
  { type: "Progressing", status: "True", reason: progressing },
  { type: "Available", status: available, reason: "R", message: "few" },
];
const deployment = (number: string, found: Fields[]): Fields => ({
  metadata: { generation: 2, ...revision(number) },
  spec: { replicas: 2 },
  status: { observedGeneration: 2, conditions: found },
});
const replicaSet = (number: string, ready: number): Fields => ({
  metadata: revision(number),
  spec: { replicas: 2 },
  status: { readyReplicas: ready },
});

describe("provider: when a Deployment is ready", () => {
  it("is ready when the new ReplicaSet took over, not while the old one still serves", () => {
    assert.equal(
      judgeDeployment(deployment("2", conditions("NewReplicaSetAvailable")), [replicaSet("1", 0), replicaSet("2", 2)])
        .ready,
      true,
    );
    assert.equal(
      judgeDeployment(deployment("2", conditions("ReplicaSetUpdated")), [replicaSet("1", 2), replicaSet("2", 2)]).ready,
      false,
    );
    assert.equal(
      judgeDeployment(deployment("2", conditions("NewReplicaSetAvailable")), [replicaSet("1", 2), replicaSet("2", 1)])
        .ready,
      false,
    );
  });

  it("waits until it is available, and says why it is not", () => {
    const verdict = judgeDeployment(deployment("1", conditions("ReplicaSetUpdated", "False")), [replicaSet("1", 1)]);
    assert.equal(verdict.ready, false);
    assert.match(verdict.problems.join("\n"), /\[R\] few/);
  });
});

describe("provider: when other workloads are ready", () => {
  it("waits for a DaemonSet's last node", () => {
    const of = (ready: number) => ({
      metadata: { generation: 1 },
      status: {
        observedGeneration: 1,
        desiredNumberScheduled: 3,
        currentNumberScheduled: 3,
        updatedNumberScheduled: 3,
        numberAvailable: ready,
        numberReady: ready,
      },
    });
    assert.equal(judgeDaemonSet(of(3)).ready, true);
    assert.equal(judgeDaemonSet(of(2)).ready, false);
  });

  it("ends with a failed Job at once and with its reason, instead of waiting ten minutes", () => {
    const job = (found: Fields[], more: Fields = {}) => ({
      metadata: { name: "archive" },
      status: { startTime: "t", conditions: found, ...more },
    });
    assert.equal(judgeJob(job([{ type: "Complete", status: "True" }])).ready, true);
    const lost = judgeJob(
      job([{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "too often" }]),
    );
    assert.deepEqual([lost.ready, lost.failed, lost.problems], [false, true, ["[BackoffLimitExceeded] too often"]]);
    assert.match(judgeJob(job([], { active: 1 })).status, /Active: 1/);
  });

  it("names the container and the reason that keep a pod from being ready", () => {
    const pod = {
      metadata: { name: "redis-0" },
      status: {
        phase: "Pending",
        conditions: [{ type: "Ready", status: "False", message: "containers with unready status: [redis]" }],
        containerStatuses: [
          {
            name: "redis",
            ready: false,
            state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
            lastState: { terminated: { reason: "Error", exitCode: 137, message: "gone" } },
          },
        ],
      },
    };
    assert.deepEqual(podProblems(pod), [
      "[Pod redis-0]: containers with unready status: [redis]",
      `[Pod redis-0]: container "redis": [ImagePullBackOff] no such image`,
      `[Pod redis-0]: container "redis" last ended with exit code 137 (Error): gone`,
    ]);
    assert.equal(judgePod(pod).ready, false);
  });

  it("does not take a starting container for a failing one", () => {
    assert.deepEqual(
      podProblems({
        metadata: { name: "a" },
        status: { containerStatuses: [{ name: "c", state: { waiting: { reason: "ContainerCreating" } } }] },
      }),
      [],
    );
  });

  it("takes a pod as ready by its condition or its end, and a failed one that never restarts as lost", () => {
    assert.equal(
      judgePod({ status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } }).ready,
      true,
    );
    assert.equal(judgePod({ status: { phase: "Succeeded" } }).ready, true);
    assert.equal(judgePod({ spec: { restartPolicy: "Never" }, status: { phase: "Failed" } }).failed, true);
    assert.equal(judgePod({ spec: { restartPolicy: "Always" }, status: { phase: "Failed" } }).failed, undefined);
  });
});

describe("provider: when a Service is ready", () => {
  const service = (spec: Fields, status: Fields = {}): Fields => ({
    spec: { clusterIP: "10.0.0.1", selector: { app: "x" }, ...spec },
    status,
  });
  const none = { ready: [], pending: [] };
  const judge = (
    of: Fields,
    endpoints: { ready: string[]; pending: string[] } = none,
    pods: string[] = [],
    quietMilliseconds = 0,
  ) => judgeService({ service: of, endpoints, pods, quietMilliseconds });

  it("waits for no pods behind a headless Service, one without a selector, or a name for something outside", () => {
    for (const spec of [{ clusterIP: "None" }, { selector: {} }, { type: "ExternalName" }])
      assert.equal(judge(service(spec)).ready, true, JSON.stringify(spec));
  });

  it("waits for a pod that is on its way, however long it is quiet", () => {
    assert.equal(
      judge(service({}), { ready: ["a"], pending: ["b"] }, ["a", "b"], 10 * settleMilliseconds).ready,
      false,
    );
  });

  it("is ready at once when every selected pod is behind it, and not while one is missing", () => {
    assert.equal(judge(service({}), { ready: ["a", "b"], pending: [] }, ["a", "b"]).ready, true);
    assert.equal(judge(service({}), { ready: ["a"], pending: [] }, ["a", "b"]).ready, false);
  });

  it("lets a Service that selects nothing pass after the settling time: its pods may only come next", () => {
    assert.equal(judge(service({}), none, [], settleMilliseconds - 1).ready, false);
    assert.equal(judge(service({}), none, [], settleMilliseconds).ready, true);
  });

  it("waits for a load balancer's address", () => {
    const spec = { type: "LoadBalancer" };
    assert.equal(judge(service(spec), { ready: ["a"], pending: [] }, ["a"]).ready, false);
    assert.equal(
      judge(service(spec, { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } }), { ready: ["a"], pending: [] }, ["a"])
        .ready,
      true,
    );
  });

  it("does not wait for a pod on its way out", () => {
    const slice = {
      endpoints: [
        { addresses: ["1"], conditions: { ready: false, terminating: true } },
        { addresses: ["2"], conditions: { ready: false } },
        { addresses: ["3"], conditions: {}, targetRef: { name: "c" } },
      ],
    };
    assert.deepEqual(endpointsOf([slice]), { ready: ["c"], pending: ["2"] });
  });
});

describe("provider: storage, and what holds a deletion", () => {
  it("does not wait for a claim that only its first pod can bind: the pod may be waiting for it", () => {
    const claim = (phase: string) => ({ status: { phase } });
    assert.equal(judgeClaim(claim("Pending"), "WaitForFirstConsumer").ready, true);
    assert.equal(judgeClaim(claim("Pending"), "Immediate").ready, false);
    assert.equal(judgeClaim(claim("Bound"), "").ready, true);
    assert.equal(judgeVolume({ status: { phase: "Failed" } }).ready, false);
  });

  it("names the finalizers, and what a namespace still holds", () => {
    const found = obstacles({
      metadata: { deletionTimestamp: "t", finalizers: ["kubernetes.io/pvc-protection"] },
      spec: { finalizers: ["kubernetes"] },
      status: { conditions: [{ status: "True", reason: "SomeResourcesRemain", message: "pods. has 1" }] },
    });
    assert.match(
      found.join("\n"),
      /SomeResourcesRemain\] pods\. has 1[\s\S]*kubernetes\.io\/pvc-protection, kubernetes/,
    );
  });
});
