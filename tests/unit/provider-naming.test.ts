import assert from "node:assert/strict";
import { check, type CheckRequest } from "../../stand-ins/kubernetes-plugin/check";
import { secret, unknownMark, type Fields } from "../../stand-ins/kubernetes-plugin/values";

const urn = "urn:pulumi:local::redis-gke::redis-gke:redis:Redis$kubernetes:core/v1:ConfigMap::settings";
const seed = new Uint8Array([1, 2, 3]);
const base: Omit<CheckRequest, "news"> = {
  urn,
  olds: {},
  seed,
  defaultNamespace: "redis",
  isNamespaced: () => Promise.resolve(true),
};
const checked = async (news: Fields, more: Partial<CheckRequest> = {}) =>
  (await check({ ...base, news, ...more })).inputs as {
    metadata: { name?: string; namespace?: string; annotations?: Record<string, string> };
  } & Fields;

describe("provider: names and namespaces", () => {
  it("names an unnamed resource after its urn, and marks the name as automatic: else its replacement would go first", async () => {
    const { metadata, apiVersion, kind } = await checked({});
    assert.match(metadata.name ?? "", /^settings-[0-9a-f]{8}$/);
    assert.equal(metadata.annotations?.["pulumi.com/autonamed"], "true");
    assert.deepEqual([apiVersion, kind], ["v1", "ConfigMap"]);
  });

  it("gives preview and up the same name for the same seed, and two seeds two names", async () => {
    const name = async (of: Uint8Array) => (await checked({}, { seed: of })).metadata.name;
    assert.equal(await name(seed), await name(seed));
    assert.notEqual(await name(seed), await name(new Uint8Array([4])));
  });

  it("keeps the automatic name over an update: a new one each time would replace everything", async () => {
    const olds = { metadata: { name: "settings-12345678", annotations: { "pulumi.com/autonamed": "true" } } };
    const { metadata } = await checked({ data: { a: "2" } }, { olds });
    assert.equal(metadata.name, "settings-12345678");
    assert.equal(metadata.annotations?.["pulumi.com/autonamed"], "true");
  });

  it("does not mark a name that the program gave, nor one that is not known yet", async () => {
    assert.equal((await checked({ metadata: { name: "mine" } })).metadata.annotations, undefined);
    const unknown = await checked({ metadata: { name: unknownMark } });
    assert.equal(unknown.metadata.name, unknownMark);
    assert.equal(unknown.metadata.annotations, undefined);
  });

  it("does what the engine says of automatic names: proposes its own, or refuses one where they are switched off", async () => {
    assert.equal(
      (await checked({}, { autonaming: { mode: "enforce", proposedName: "exact" } })).metadata.name,
      "exact",
    );
    await assert.rejects(checked({}, { autonaming: { mode: "disable", proposedName: "" } }), /metadata\.name/);
  });

  it("refuses generateName, which an apply cannot have", async () => {
    await assert.rejects(checked({ metadata: { generateName: "x-" } }), /generateName/);
  });

  it("puts a namespaced kind into the default namespace, and leaves a cluster-wide one and a chosen one alone", async () => {
    assert.equal((await checked({})).metadata.namespace, "redis");
    assert.equal((await checked({ metadata: { namespace: "other" } })).metadata.namespace, "other");
    assert.equal((await checked({ metadata: { namespace: unknownMark } })).metadata.namespace, unknownMark);
    assert.equal((await checked({}, { isNamespaced: () => Promise.resolve(false) })).metadata.namespace, undefined);
  });

  it("passes secrets on as secrets: a stripped one would stand in the state as plain text", async () => {
    const inputs = await checked({ data: { password: secret("hunter2"), plain: "x" } });
    assert.deepEqual((inputs.data as Fields).password, secret("hunter2"));
    assert.equal((inputs.data as Fields).plain, "x");
  });

  it("refuses what only the official plugin has, and says how to get it", async () => {
    const of = (type: string) => check({ ...base, news: {}, urn: `urn:pulumi:local::p::${type}::x` });
    for (const type of ["kubernetes:helm.sh/v3:Release", "kubernetes:yaml/v2:ConfigGroup"]) {
      await assert.rejects(of(type), /install the official plugin/, type);
    }
    await assert.rejects(of("kubernetes:core/v1:ConfigMapList"), /list cannot be created/);
  });

  it("takes a patch for the kind that it patches, under the name that the program gives it", async () => {
    const of = (type: string, news: Fields = {}) => check({ ...base, news, urn: `urn:pulumi:local::p::${type}::x` });
    assert.equal(
      (await of("kubernetes:apps/v1:DeploymentPatch", { metadata: { name: "a" } })).inputs.kind,
      "Deployment",
    );
    await assert.rejects(
      of("kubernetes:apps/v1:DeploymentPatch"),
      /patch resources require the `\.metadata\.name` field/,
    );
    assert.equal(
      (await of("kubernetes:example.com/v1:DiskPatch")).inputs.kind,
      "DiskPatch",
      "a custom kind may be called anything",
    );
  });

  it("refuses a condition of its own to wait for, rather than not waiting", async () => {
    const { failures } = await check({
      ...base,
      news: { metadata: { annotations: { "pulumi.com/waitFor": "condition=Synced" } } },
    });
    assert.equal(failures.length, 1);
  });
});
