import assert from "node:assert/strict";
import * as http from "node:http";
import * as net from "node:net";
import type { AddressInfo } from "node:net";
import { create } from "../../stand-ins/kubernetes-plugin/create";
import { remove } from "../../stand-ins/kubernetes-plugin/delete";
import { InitFailed } from "../../stand-ins/kubernetes-plugin/errors";
import { EngineLog } from "../../stand-ins/kubernetes-plugin/log";
import { read } from "../../stand-ins/kubernetes-plugin/read";
import { Session } from "../../stand-ins/kubernetes-plugin/session";
import { parseSettings } from "../../stand-ins/kubernetes-plugin/settings";
import { update } from "../../stand-ins/kubernetes-plugin/update";
import { unknownMark, type Fields } from "../../stand-ins/kubernetes-plugin/values";

interface Seen {
  method: string;
  url: URL;
  body: Fields;
}
type Answer = (request: Seen) => [number, Fields];

const urn = "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::a";
const table = {
  resources: [
    { name: "configmaps", kind: "ConfigMap", namespaced: true },
    { name: "namespaces", kind: "Namespace" },
    { name: "pods", kind: "Pod", namespaced: true },
    { name: "events", kind: "Event", namespaced: true },
  ],
};
const map = (data: Fields = {}): Fields => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", namespace: "n" },
  data,
});
const status = (code: number, reason: string, kind = "configmaps"): [number, Fields] => [
  code,
  { kind: "Status", reason, message: `${kind} "a": ${reason}`, details: { kind } },
];

describe("provider: what the API server is asked", () => {
  let seen: Seen[];
  let answer: Answer;
  let server: http.Server;
  let session: Session;
  const cancelling = () => new AbortController();
  const writes = () => seen.filter(({ method }) => method !== "GET");
  const sessionFor = (port: number, signal = cancelling().signal) => {
    const kubeconfig = JSON.stringify({
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "n" } }],
      "current-context": "x",
    });
    return new Session(parseSettings({ kubeconfig }, {}), new EngineLog(undefined), signal);
  };

  beforeEach(async () => {
    seen = [];
    answer = () => [200, map()];
    server = http.createServer((request, response) => {
      let text = "";
      request
        .setEncoding("utf8")
        .on("data", (chunk: string) => {
          text += chunk;
        })
        .on("end", () => {
          const entry = {
            method: request.method ?? "",
            url: new URL(request.url ?? "", "http://server"),
            body: (text ? JSON.parse(text) : {}) as Fields,
          };
          const isBook = ["/version", "/api/v1"].includes(entry.url.pathname);
          if (!isBook) seen.push(entry);
          const [code, body] = isBook ? [200, table] : answer(entry);
          response.writeHead(code, { "Content-Type": "application/json" }).end(JSON.stringify(body));
        });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    session = sessionFor((server.address() as AddressInfo).port);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("changes nothing in a preview: every write is a dry run", async () => {
    const { properties } = await create(session, { urn, properties: map({ a: "1" }), timeout: 0, preview: true });
    await update(session, {
      urn,
      state: properties,
      news: map({ a: "2" }),
      ignoreChanges: [],
      timeout: 0,
      preview: true,
    });
    assert.equal(writes().length, 2);
    for (const { url } of writes()) assert.equal(url.searchParams.get("dryRun"), "All");
  });

  it("patches what may be there already, and leaves it there: only its fields are given up", async () => {
    const patch = urn.replace("ConfigMap", "ConfigMapPatch");
    const asked = map({ a: "1" });
    assert.deepEqual(
      (await create(session, { urn: patch, properties: asked, timeout: 0, preview: true })).properties,
      asked,
    );
    assert.deepEqual(writes(), []);
    const { id, properties } = await create(session, { urn: patch, properties: asked, timeout: 0, preview: false });
    await remove(session, { urn: patch, id, state: properties, timeout: 0 });
    assert.deepEqual(
      writes().map(({ method, url, body }) => [method, url.pathname, body.data]),
      [
        ["PATCH", "/api/v1/namespaces/n/configmaps/a", { a: "1" }],
        ["PATCH", "/api/v1/namespaces/n/configmaps/a", undefined],
      ],
    );
    assert.equal(new Set(writes().map(({ url }) => url.searchParams.get("fieldManager"))).size, 1);
  });

  it("asks nothing at all in the preview of what is not known yet", async () => {
    const news = map({ a: unknownMark });
    assert.deepEqual((await create(session, { urn, properties: news, timeout: 0, preview: true })).properties, news);
    assert.deepEqual(
      await update(session, { urn, state: map(), news, ignoreChanges: [], timeout: 0, preview: true }),
      news,
    );
    assert.deepEqual(seen, []);
  });

  it("falls back to the inputs in a preview whose namespace comes in the same up", async () => {
    answer = () => status(404, "NotFound", "namespaces");
    assert.deepEqual(
      (await create(session, { urn, properties: map({ a: "1" }), timeout: 0, preview: true })).properties,
      map({ a: "1" }),
    );
  });

  it("never takes over an object that is there already: a renamed resource would then delete it", async () => {
    answer = () => status(409, "AlreadyExists");
    await assert.rejects(create(session, { urn, properties: map(), timeout: 0, preview: false }), /not in this stack/);
    assert.deepEqual(
      writes().map(({ method }) => method),
      ["POST"],
    );
  });

  it("has every field checked, so that a misspelt one is an error and not silence", async () => {
    const { properties } = await create(session, { urn, properties: map(), timeout: 0, preview: false });
    await update(session, {
      urn,
      state: properties,
      news: map({ a: "2" }),
      ignoreChanges: [],
      timeout: 0,
      preview: false,
    });
    assert.deepEqual(
      writes().map(({ method, url }) => [method, url.searchParams.get("fieldValidation")]),
      [
        ["POST", "Strict"],
        ["PATCH", "Strict"],
      ],
    );
  });

  it("applies under the manager that the state names, forces nothing, and says field by field who holds what", async () => {
    const live = {
      ...map(),
      metadata: { name: "a", namespace: "n", managedFields: [{ manager: "other", operation: "Update", fieldsV1: {} }] },
    };
    answer = ({ method }) =>
      method === "GET"
        ? [200, live]
        : [
            409,
            {
              reason: "Conflict",
              message: "conflict",
              details: { causes: [{ field: ".data.a", message: 'conflict with "other"' }] },
            },
          ];
    const state = { ...map(), __fieldManager: "pulumi-kubernetes-0badcafe" };
    await assert.rejects(
      update(session, { urn, state, news: map({ a: "2" }), ignoreChanges: [], timeout: 0, preview: false }),
      /\.data\.a: conflict with "other"/,
    );
    const [{ url }] = writes() as [Seen];
    assert.deepEqual(
      [url.searchParams.get("fieldManager"), url.searchParams.get("force")],
      ["pulumi-kubernetes-0badcafe", "false"],
    );
  });

  it("leaves an ignored field as it is on the server", async () => {
    answer = () => [200, map({ a: "theirs", b: "1" })];
    await update(session, {
      urn,
      state: map(),
      news: map({ a: "ours", b: "2" }),
      ignoreChanges: ["data.a"],
      timeout: 0,
      preview: false,
    });
    assert.deepEqual(writes()[0]?.body.data, { a: "theirs", b: "2" });
  });

  it("reports an object that is gone as gone, and one that it may not see as an error", async () => {
    answer = () => status(404, "NotFound");
    assert.equal((await read(session, { urn, id: "n/a", state: map(), inputs: map() })).id, "");
    answer = () => status(403, "Forbidden");
    await assert.rejects(read(session, { urn, id: "n/a", state: map(), inputs: map() }), /Forbidden/);
  });

  it("waits until a deleted object is gone, and takes one of the same name with another uid for someone else's", async () => {
    let looks = 0;
    const withUid = (uid: string): Fields => ({ ...map(), metadata: { name: "a", namespace: "n", uid } });
    answer = ({ method }) =>
      method === "DELETE" ? [200, withUid("1")] : (looks += 1) < 3 ? [200, withUid("1")] : [200, withUid("2")];
    await remove(session, { urn, id: "n/a", state: withUid("1"), timeout: 0 });
    assert.equal(looks, 3);
    assert.equal(writes()[0]?.body.propagationPolicy, "Foreground");
  });

  it("gives up on a deletion in time, and names the finalizer", async () => {
    answer = () => [
      200,
      {
        ...map(),
        metadata: { name: "a", namespace: "n", uid: "1", deletionTimestamp: "t", finalizers: ["held.example.com"] },
      },
    ];
    await assert.rejects(
      remove(session, { urn, id: "n/a", state: map(), timeout: 1 }),
      (error) => error instanceof InitFailed && error.reasons.join().includes("held.example.com"),
    );
  });

  it("keeps the object's state when it is not ready in time: forgotten, it would be left behind on the cluster", async () => {
    const pod: Fields = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a", namespace: "n", uid: "1" },
      spec: {},
      status: {
        phase: "Pending",
        containerStatuses: [
          { name: "c", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
        ],
      },
    };
    answer = ({ url }) =>
      url.pathname.endsWith("/events")
        ? [200, { items: [{ reason: "Failed", message: "not found", lastTimestamp: "t" }] }]
        : [200, pod];
    await assert.rejects(
      create(session, {
        urn: urn.replace("ConfigMap", "Pod"),
        properties: { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "n" }, spec: {} },
        timeout: 1,
        preview: false,
      }),
      (error) => {
        assert.ok(error instanceof InitFailed);
        assert.match(error.reasons.join("\n"), /ImagePullBackOff\] no such image[\s\S]*\[Failed\] not found/);
        assert.ok(error.last.__inputs && error.last.__fieldManager);
        return true;
      },
    );
  });

  it("ends a wait when the engine cancels", async () => {
    const stop = cancelling();
    answer = () => [200, { ...map(), kind: "Pod", status: {} }];
    const waiting = create(sessionFor((server.address() as AddressInfo).port, stop.signal), {
      urn,
      properties: { ...map(), kind: "Pod" },
      timeout: 60,
      preview: false,
    });
    setTimeout(() => stop.abort(), 300);
    await assert.rejects(waiting, /cancelled/);
  });

  it("names server and context of a cluster that does not answer, and previews on without it", async () => {
    const closed = net.createServer();
    await new Promise<void>((resolve) => {
      closed.listen(0, "127.0.0.1", resolve);
    });
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const lost = sessionFor(port);
    await assert.rejects(
      create(lost, { urn, properties: map(), timeout: 0, preview: false }),
      new RegExp(`http://127.0.0.1:${port} \\(context "x"\\)`),
    );
    assert.deepEqual((await create(lost, { urn, properties: map(), timeout: 0, preview: true })).properties, map());
  });
});
