import assert from "node:assert/strict";
import { diff, formatPath, parsePath, type DiffRequest } from "../../stand-ins/kubernetes-plugin/diff";
import { writeCheckpoint } from "../../stand-ins/kubernetes-plugin/checkpoint";
import { pruneToShape } from "../../stand-ins/kubernetes-plugin/inputs";
import { isEmpty, secret, unknownMark, type Fields } from "../../stand-ins/kubernetes-plugin/values";

const settings = { enableConfigMapMutable: false, enableSecretMutable: false };
const stateOf = (inputs: Fields, live: Fields = inputs): Fields =>
  writeCheckpoint(
    { inputs, live, initialApiVersion: inputs.apiVersion as string, fieldManager: "pulumi-kubernetes-00000000" },
    inputs,
  );

function changed(before: Fields, after: Fields, more: Partial<DiffRequest> = {}) {
  const { changes, deleteBeforeReplace } = diff({
    state: stateOf(before),
    news: after,
    ignoreChanges: [],
    namespaced: true,
    settings,
    ...more,
  });
  const paths = Object.fromEntries(
    changes.map(({ path, kind, replaces }) => [formatPath(path), replaces ? `${kind}-replace` : kind]),
  );
  return { paths, deleteBeforeReplace };
}

const object = (apiVersion: string, kind: string, rest: Fields, metadata: Fields = {}): Fields => ({
  apiVersion,
  kind,
  metadata: { name: "x", namespace: "n", ...metadata },
  ...rest,
});
const spec = (apiVersion: string, kind: string) => (fields: Fields) => object(apiVersion, kind, { spec: fields });
const set = spec("apps/v1", "StatefulSet");
const auto = { annotations: { "pulumi.com/autonamed": "true" } };

describe("provider: what an update would change", () => {
  it("sees no change in the same inputs", () =>
    assert.deepEqual(changed(set({ replicas: 3 }), set({ replicas: 3 })).paths, {}));

  it("names the smallest path that differs, and how", () => {
    const { paths } = changed(
      set({ replicas: 1, template: { spec: { containers: [{ name: "a", image: "1" }, { name: "b" }] } } }),
      set({ replicas: 2, minReadySeconds: 5, template: { spec: { containers: [{ name: "a", image: "2" }] } } }),
    );
    assert.deepEqual(paths, {
      "spec.replicas": "update",
      "spec.minReadySeconds": "add",
      "spec.template.spec.containers[0].image": "update",
      "spec.template.spec.containers[1]": "delete",
    });
  });

  it('takes two spellings of a quantity for one: a rewritten "1024Mi" would roll the pods after every refresh', () => {
    const of = (memory: string | number, cpu: string | number) =>
      set({ template: { spec: { containers: [{ resources: { limits: { memory, cpu } } }] } } });
    assert.deepEqual(changed(of("1024Mi", "1000m"), of("1Gi", 1)).paths, {});
    assert.deepEqual(Object.keys(changed(of("1024Mi", 1), of("1025Mi", 1)).paths).length, 1);
    assert.equal(
      Object.keys(
        changed(object("v1", "ConfigMap", { data: { a: "1000m" } }), object("v1", "ConfigMap", { data: { a: "1" } }))
          .paths,
      ).length,
      1,
      "text elsewhere is text",
    );
  });

  it("takes nothing said and an empty value for the same, but not 0 and 3", () => {
    assert.deepEqual(
      changed(set({}), set({ template: { spec: { hostNetwork: false, volumes: [] } } })).paths[
        "spec.template.spec.volumes"
      ],
      undefined,
    );
    assert.deepEqual(changed(set({ replicas: 3 }), set({ replicas: 0 })).paths, { "spec.replicas": "update" });
    assert.ok(isEmpty({}) && !isEmpty({ a: 0 }));
  });

  it("counts an unknown as a change, and in an immutable field as a replacement", () => {
    assert.deepEqual(changed(set({ serviceName: "a" }), set({ serviceName: unknownMark })).paths, {
      "spec.serviceName": "update-replace",
    });
    assert.deepEqual(
      changed(set({ serviceName: "a" }), object("apps/v1", "StatefulSet", { spec: unknownMark })).paths,
      { spec: "update-replace" },
    );
    assert.deepEqual(changed(set({ template: { a: "b" } }), set({ template: unknownMark })).paths, {
      "spec.template": "update",
    });
  });

  it("compares the same namespace, said or left out, as the same", () => {
    const before = object("v1", "Service", {}, { namespace: "default" });
    const after = object("v1", "Service", {}, { namespace: undefined });
    assert.deepEqual(changed(before, after).paths, {});
  });

  it("leaves out what is to be ignored, below it too", () => {
    assert.deepEqual(
      changed(set({ replicas: 1 }), set({ replicas: 2 }), { ignoreChanges: ["spec.replicas"] }).paths,
      {},
    );
    assert.deepEqual(
      changed(
        object("v1", "ConfigMap", { data: { "a.b": "1" } }),
        object("v1", "ConfigMap", { data: { "a.b": "2" } }),
        { ignoreChanges: ["data"] },
      ).paths,
      {},
    );
  });

  it("looks through the marks of secrets", () => {
    const of = (value: string) => object("v1", "ConfigMap", { data: { a: secret(value) } });
    assert.deepEqual(changed(of("1"), of("1")).paths, {});
    assert.deepEqual(changed(of("1"), of("2")).paths, { "data.a": "update-replace" });
  });

  it("reads and writes paths as the engine does", () => {
    for (const text of ["spec.ports[0].port", `metadata.annotations["a.b/c"]`, "data"])
      assert.equal(formatPath(parsePath(text)), text);
  });
});

describe("provider: what replaces instead of changing", () => {
  const replaces = (before: Fields, after: Fields, more?: Partial<DiffRequest>) =>
    Object.values(changed(before, after, more).paths).some((kind) => kind.endsWith("-replace"));

  it("replaces a StatefulSet for each field that the server refuses to change, and for no other", () => {
    for (const field of ["podManagementPolicy", "revisionHistoryLimit", "serviceName"])
      assert.ok(replaces(set({ [field]: "a" }), set({ [field]: "b" })), field);
    assert.ok(
      replaces(set({ selector: { matchLabels: { app: "a" } } }), set({ selector: { matchLabels: { app: "b" } } })),
    );
    assert.ok(
      replaces(
        set({ volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "1Gi" } } } }] }),
        set({ volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "2Gi" } } } }] }),
      ),
    );
    assert.ok(!replaces(set({ replicas: 1, template: { a: 1 } }), set({ replicas: 2, template: { a: 2 } })));
  });

  it("replaces for a field that comes or goes, and for what stands above it", () => {
    assert.ok(replaces(set({}), set({ serviceName: "a" })));
    assert.ok(replaces(object("apps/v1", "StatefulSet", {}), set({ serviceName: "a" })));
  });

  it("grows a claim in place, and replaces it for its class", () => {
    const claim = spec("v1", "PersistentVolumeClaim");
    assert.ok(
      !replaces(
        claim({ resources: { requests: { storage: "1Gi" } } }),
        claim({ resources: { requests: { storage: "2Gi" } } }),
      ),
    );
    assert.ok(replaces(claim({ storageClassName: "a" }), claim({ storageClassName: "b" })));
  });

  it("replaces ConfigMap and Secret for their data, unless the provider says otherwise, and an immutable one even then", () => {
    const mutable = { settings: { enableConfigMapMutable: true, enableSecretMutable: true } };
    for (const kind of ["ConfigMap", "Secret"]) {
      const of = (value: string, immutable?: boolean) =>
        object("v1", kind, { data: { a: value }, ...(immutable ? { immutable } : {}) });
      assert.ok(replaces(of("YQ=="), of("Yg==")), kind);
      assert.ok(!replaces(of("YQ=="), of("Yg=="), mutable), kind);
      assert.ok(replaces(of("YQ==", true), of("Yg==", true), mutable), kind);
    }
  });

  it("replaces a pod for a container's image, a Service for its address, a binding for its role, a Job for its template", () => {
    const pod = spec("v1", "Pod");
    assert.ok(replaces(pod({ containers: [{ image: "1" }] }), pod({ containers: [{ image: "2" }] })));
    assert.ok(replaces(spec("v1", "Service")({ clusterIP: "None" }), spec("v1", "Service")({ clusterIP: "10.0.0.1" })));
    assert.ok(
      replaces(spec("batch/v1", "Job")({ template: { a: 1 } }), spec("batch/v1", "Job")({ template: { a: 2 } })),
    );
    const binding = (name: string) => object("rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { name } });
    assert.ok(replaces(binding("a"), binding("b")));
  });

  it("deletes first only where the program fixed the name: an automatic one lets the new stand beside the old", () => {
    const map = (value: string, metadata: Fields) => object("v1", "ConfigMap", { data: { a: value } }, metadata);
    assert.equal(changed(map("1", {}), map("2", {})).deleteBeforeReplace, true);
    assert.equal(changed(map("1", auto), map("2", auto)).deleteBeforeReplace, false);
    assert.equal(changed(map("1", {}), map("2", { name: "y" })).deleteBeforeReplace, false, "a new name is free");
    assert.equal(changed(set({ replicas: 1 }), set({ replicas: 2 })).deleteBeforeReplace, false);
  });
});

describe("provider: drift", () => {
  it("sees a changed and a removed field of ours, and not what the server or a controller added", () => {
    const shape = { spec: { selector: { app: "x", tier: "db" }, ports: [{ port: 1 }], type: undefined } };
    const live = {
      spec: { selector: { app: "y" }, ports: [{ port: 1, protocol: "TCP" }, { port: 2 }], clusterIP: "10.0.0.1" },
      status: {},
    };
    assert.deepEqual(pruneToShape(live, shape), { spec: { selector: { app: "y" }, ports: [{ port: 1 }] } });
  });

  it("keeps the program's spelling where the server only rewrote it", () => {
    const shape = { metadata: { labels: {} }, spec: { resources: { requests: { cpu: "1000m", memory: "1Gi" } } } };
    assert.deepEqual(
      pruneToShape({ metadata: {}, spec: { resources: { requests: { cpu: "1", memory: "2Gi" } } } }, shape),
      { metadata: { labels: {} }, spec: { resources: { requests: { cpu: "1000m", memory: "2Gi" } } } },
    );
  });
});
