import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { ComponentProvider as Provider } from "../../components/provider/provider";
import { mockEngine, resourcesOf, valueOf, type Captured } from "../support/mocked-stack";

describe("the package's provider for other languages, without an engine (mocked)", () => {
  let provider: Provider;
  before(async () => {
    await mockEngine("test");
    const { ComponentProvider } = await import("../../components/provider/provider");
    provider = new ComponentProvider();
  });

  const password = "a-password-for-the-tests";
  const construct = async (inputs: pulumi.Inputs) => {
    let made!: Awaited<ReturnType<Provider["construct"]>>;
    const resources = await resourcesOf(async () => {
      made = await provider.construct("redis", "redis-gke:redis:Redis", inputs, {});
    });
    return { state: made.state as Record<string, pulumi.Output<unknown>>, resources };
  };
  /** A line each, short, for a difference to be read. */
  const asked = (resources: Captured[]) =>
    resources
      .map(({ type, name, inputs }) => {
        const content = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 12);
        return `${type} ${name} ${content}`;
      })
      .sort();

  it("takes null for what is not there, at every depth, as other languages write it", async () => {
    const plain = await construct({ mode: "sentinel", auth: { password }, before: pulumi.output(undefined) });
    const withNulls = await construct({
      mode: "sentinel",
      replicas: null,
      auth: { password },
      persistence: { size: null, storageClass: pulumi.output(null), volumes: null },
      archive: null,
      before: pulumi.output(null),
    });
    assert.ok(plain.resources.length > 20);
    assert.deepEqual(asked(withNulls.resources), asked(plain.resources));
  });

  it("gives every output of the schema, and keeps a password secret", async () => {
    const { state } = await construct({ mode: "sentinel", auth: { password: pulumi.secret(password) } });
    const { resources } = JSON.parse(provider.schema) as {
      resources: Record<string, { properties: Record<string, unknown> }>;
    };
    assert.deepEqual(Object.keys(state), Object.keys(resources["redis-gke:redis:Redis"]!.properties));
    assert.equal(await valueOf(state.host!), "redis.redis.svc");
    assert.equal(await pulumi.isSecret(state.password!), true);
  });

  it("says which type it does not have", async () => {
    await assert.rejects(provider.construct("x", "redis-gke:gke:GoogleCloud", {}, {}), /is no component of redis-gke/);
  });
});
