import assert from "node:assert/strict";
import * as sdk from "@pulumi/pulumi/runtime/rpc.js";
import { readCheckpoint, toObject, writeCheckpoint } from "../../stand-ins/kubernetes-plugin/checkpoint";
import { check } from "../../stand-ins/kubernetes-plugin/check";
import { annotateSecrets } from "../../stand-ins/kubernetes-plugin/secrets";
import {
  fromStruct,
  hasSecret,
  isSecret,
  markKey,
  reveal,
  secret,
  secretMark,
  toStruct,
  unknownMark,
  hasUnknown,
  type Fields,
} from "../../stand-ins/kubernetes-plugin/values";

const fieldManager = "pulumi-kubernetes-00000000";

/** Whether a text stands anywhere outside of a secret. */
function leaks(value: unknown, text: string): boolean {
  if (typeof value === "string") return value.includes(text);
  if (typeof value !== "object" || value === null) return false;
  return !isSecret(value as Fields) && Object.values(value).some((item) => leaks(item, text));
}

describe("provider: secrets", () => {
  it("uses the very marks that the SDK puts on the wire", () => {
    assert.deepEqual([markKey, secretMark, unknownMark], [sdk.specialSigKey, sdk.specialSecretSig, sdk.unknownValue]);
  });

  it("keeps a Secret's password out of every plain corner of the state, however it was written", async () => {
    for (const data of [
      { stringData: { password: "hunter2" } },
      { stringData: secret({ password: "hunter2" }) },
      { data: { password: secret("aHVudGVyMg==") } },
    ] as Fields[]) {
      const urn = "urn:pulumi:s::p::kubernetes:core/v1:Secret::auth";
      const { inputs } = await check({
        urn,
        olds: {},
        news: data,
        seed: new Uint8Array([1]),
        defaultNamespace: "n",
        isNamespaced: () => Promise.resolve(true),
      });
      const live = { ...toObject(inputs), data: { password: "aHVudGVyMg==" } };
      const state = writeCheckpoint({ inputs: toObject(inputs), live, initialApiVersion: "v1", fieldManager }, inputs);
      for (const kept of [inputs, state])
        for (const text of ["hunter2", "aHVudGVyMg=="])
          assert.ok(!leaks(kept, text), `${text} in ${JSON.stringify(kept)}`);
      assert.equal(
        toObject(inputs).stringData,
        undefined,
        "the server never gives it back, and a refresh would call it removed",
      );
    }
  });

  it("marks a derived output, its list whole (the order may change), and nothing around it", () => {
    const outs: Fields = {
      spec: {
        template: {
          env: [
            { name: "A", value: "1" },
            { name: "PW", value: "hunter2" },
          ],
          image: "x",
        },
      },
    };
    annotateSecrets(outs, { spec: { template: { env: [{ name: "PW", value: secret("hunter2") }], image: "x" } } });
    assert.ok(!leaks(outs, "hunter2"));
    assert.equal(((outs.spec as Fields).template as Fields).image, "x");
  });

  it("loses no mark when the state is read and written again", () => {
    const inputs = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a" },
      data: { password: secret("hunter2") },
    };
    const state = writeCheckpoint(
      { inputs: toObject(inputs), live: toObject(inputs), initialApiVersion: "v1", fieldManager },
      inputs,
    );
    const again = writeCheckpoint(readCheckpoint(state), state);
    assert.ok(!leaks(state, "hunter2") && !leaks(again, "hunter2"));
  });

  it("sends the server the values themselves, and survives the wire", () => {
    const back = fromStruct(toStruct({ a: secret("x"), list: [secret(1)], gone: undefined, unknown: unknownMark }));
    assert.ok(hasSecret(back) && hasUnknown(back));
    assert.deepEqual(reveal(back), { a: "x", list: [1], unknown: unknownMark });
  });

  it("keeps in the state what the official plugin looks for there", () => {
    const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
    const state = writeCheckpoint(
      { inputs, live: { ...inputs, data: {} }, initialApiVersion: "v1", fieldManager },
      inputs,
    );
    assert.deepEqual([state.__inputs, state.__initialApiVersion, state.__fieldManager], [inputs, "v1", fieldManager]);
    assert.deepEqual(readCheckpoint(state), {
      inputs,
      live: { ...inputs, data: {} },
      initialApiVersion: "v1",
      fieldManager,
    });
  });
});
