import assert from "node:assert/strict";
import type { PendingOperation } from "../../operate/engine/backend";
import { begunObjects, isOurs } from "../../operate/engine/interrupted";

const labels = { "app.kubernetes.io/instance": "redis", "app.kubernetes.io/managed-by": "pulumi" };
const service = { kind: "Service", metadata: { name: "redis", namespace: "redis-local", labels } };
const operation = (type: string, inputs?: PendingOperation["resource"]["inputs"]): PendingOperation => ({
  type,
  resource: { urn: "urn", inputs },
});

describe("engine: what a killed `up` left on the cluster", () => {
  it("is what it was creating, and never what it was updating or deleting, which the state still holds", () => {
    assert.deepEqual(
      begunObjects([operation("creating", service), operation("updating", service), operation("deleting", service)]),
      [service],
    );
  });

  it("is no component and no provider", () => {
    assert.deepEqual(
      begunObjects([operation("creating"), operation("creating", {}), operation("creating", { kind: "Service" })]),
      [],
    );
  });

  it("is deleted only if it carries our labels: an object of the same name may be somebody else's", () => {
    assert.equal(
      isOurs(service, { kind: "Service", metadata: { name: "redis", labels: { ...labels, extra: "yes" } } }),
      true,
    );
    assert.equal(
      isOurs(service, {
        kind: "Service",
        metadata: { name: "redis", labels: { ...labels, "app.kubernetes.io/managed-by": "Helm" } },
      }),
      false,
    );
    assert.equal(isOurs(service, { kind: "Service", metadata: { name: "redis" } }), false);
  });

  it("is left alone if nothing tells whose it is", () => {
    assert.equal(
      isOurs({ kind: "Service", metadata: { name: "redis" } }, { kind: "Service", metadata: { name: "redis" } }),
      false,
    );
  });
});
