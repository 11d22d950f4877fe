import assert from "node:assert/strict";
import { configDiff, textValues } from "../../stand-ins/kubernetes-plugin/provider-config";
import { createdByPlugin, adoptFields, manages } from "../../stand-ins/kubernetes-plugin/managed-fields";
import { mistakes, parseSettings } from "../../stand-ins/kubernetes-plugin/settings";
import { timeoutOf } from "../../stand-ins/kubernetes-plugin/await";
import { secret, unknownMark } from "../../stand-ins/kubernetes-plugin/values";

const properties = (values: Record<string, string>, environment = {}) =>
  mistakes(values, environment).map(({ property }) => property);

describe("provider: configuration", () => {
  it("refuses what would change the official plugin's behaviour, rather than ignore it", () => {
    assert.deepEqual(properties({ renderYamlToDirectory: "out", alwaysRender: "true" }), [
      "renderYamlToDirectory",
      "alwaysRender",
    ]);
    assert.deepEqual(properties({ enableServerSideApply: "false" }), ["enableServerSideApply"]);
    assert.deepEqual(properties({}, { PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY: "false" }), ["enableServerSideApply"]);
    assert.deepEqual(properties({ somethingNew: "1" }), ["somethingNew"]);
  });

  it("accepts what is of no consequence here, and the defaults spelled out", () => {
    assert.deepEqual(
      properties({
        kubeconfig: "k",
        context: "c",
        enableServerSideApply: "true",
        suppressDeprecationWarnings: "true",
        alwaysRender: "false",
        kubeClientSettings: "{}",
      }),
      [],
    );
  });

  it("lets the configuration go before the environment", () => {
    assert.equal(
      parseSettings({ enableSecretMutable: "false" }, { PULUMI_K8S_ENABLE_SECRET_MUTABLE: "true" }).enableSecretMutable,
      false,
    );
    assert.equal(parseSettings({}, { PULUMI_K8S_ENABLE_SECRET_MUTABLE: "true" }).enableSecretMutable, true);
  });

  it("reads a secret kubeconfig, and one given as an object", () => {
    assert.deepEqual(textValues({ kubeconfig: secret("text"), other: { a: 1 }, unknown: unknownMark }), {
      kubeconfig: "text",
      other: `{"a":1}`,
      unknown: "",
    });
  });

  it("replaces everything when the cluster is another, and nothing when only its credentials are", async () => {
    const config = (server: string, token: string) =>
      JSON.stringify({
        clusters: [{ name: "c", cluster: { server } }],
        users: [{ name: "u", user: { token } }],
        contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
        "current-context": "x",
      });
    const from = (kubeconfig: string) => ({ kubeconfig });
    assert.deepEqual(await configDiff(from(config("https://a", "1")), from(config("https://b", "1"))), {
      diffs: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
    assert.deepEqual(await configDiff(from(config("https://a", "1")), from(config("https://a", "2"))), {
      diffs: ["kubeconfig"],
      replaces: [],
    });
    assert.deepEqual(await configDiff(from(config("https://a", "1")), from(unknownMark)), {
      diffs: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
  });

  it("takes the resource's own timeout before the annotation's, and that before the default", () => {
    const annotated = { metadata: { annotations: { "pulumi.com/timeoutSeconds": "30" } } };
    assert.deepEqual([timeoutOf(5, annotated, 600), timeoutOf(0, annotated, 600), timeoutOf(0, {}, 600)], [5, 30, 600]);
  });
});

describe("provider: who manages a field", () => {
  const ours = "pulumi-kubernetes-00000000";
  const live = {
    metadata: {
      managedFields: [
        {
          manager: "pulumi-kubernetes",
          operation: "Update",
          fieldsV1: { "f:metadata": { "f:labels": { "f:a": {} } }, "f:spec": { "f:replicas": {} } },
        },
        {
          manager: "kube-controller-manager",
          operation: "Update",
          subresource: "status",
          fieldsV1: { "f:status": {} },
        },
        { manager: "hpa", operation: "Update", fieldsV1: { "f:spec": { "f:minReadySeconds": {} } } },
        { manager: ours, operation: "Apply", fieldsV1: { "f:spec": { "f:template": {} } } },
      ],
    },
  };

  it("takes over what its own create set, and no one else's: a field the program drops would stay for ever", () => {
    const entries = adoptFields(live, ours) as { manager: string; operation: string; fieldsV1: object }[];
    assert.deepEqual(
      entries.map(({ manager, operation }) => `${manager}/${operation}`).sort(),
      ["hpa/Update", "kube-controller-manager/Update", `${ours}/Apply`].sort(),
    );
    assert.deepEqual(entries.at(-1)?.fieldsV1, {
      "f:spec": { "f:template": {}, "f:replicas": {} },
      "f:metadata": { "f:labels": { "f:a": {} } },
    });
    assert.equal(
      adoptFields({ metadata: { managedFields: entries as never } }, ours),
      undefined,
      "nothing is left to take over",
    );
  });

  it("knows a field of another manager", () => {
    assert.ok(manages(live, ["spec", "minReadySeconds"], (manager) => manager !== ours));
    assert.ok(!manages(live, ["spec", "minReadySeconds"], (manager) => manager === ours));
    assert.ok(createdByPlugin(live));
  });
});
