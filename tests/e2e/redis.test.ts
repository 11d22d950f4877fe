import assert from "node:assert/strict";
import * as fs from "node:fs";
import type { Redis } from "ioredis";
import { checkpointFile } from "../../operate/engine/backend";
import { imageNames } from "../../stand-ins/images";
import {
  addressOf,
  kubectl,
  kubectlJson,
  plainClient,
  pods,
  redisCli,
  roles,
  sentinelClient,
  settled,
} from "../support/cluster";
import { eventually, sleep } from "../support/eventually";
import { Project } from "../support/project";
import { whileWriting, Writer } from "../support/writer";

const password = "a-password-of-the-e2e-tests";
const image = imageNames.redis;
/** Two runs on one cluster must not share a namespace. */
const run = Math.random().toString(36).slice(2, 8);
const sentinelConfig = {
  mode: "sentinel",
  namespace: `redis-e2e-${run}`,
  image,
  endpoint: { image: imageNames.haproxy },
  resources: { memory: "128Mi", cpu: "20m" },
  auth: { password },
};
const standaloneConfig = {
  mode: "standalone",
  namespace: `redis-e2e-${run}-standalone`,
  image,
  resources: { memory: "128Mi", cpu: "20m" },
  auth: { password },
};

/** One story, told in order: each step stands on the one before it. */
describe("pulumi on a real Kubernetes, with real clients", function () {
  this.timeout(300_000);
  this.bail(true);
  const project = new Project();
  const clients: Redis[] = [];
  const namespace = sentinelConfig.namespace;
  let outputs: Record<string, unknown>;

  const viaSentinel = async () => {
    const hosts = await Promise.all((outputs.sentinelNodes as string[]).map(addressOf));
    const client = sentinelClient(hosts, outputs.masterName as string, password);
    clients.push(client);
    return client;
  };
  const viaEndpoint = async (host = outputs.host as string) => {
    const client = plainClient(await addressOf(host), password);
    clients.push(client);
    return client;
  };
  const healed = () => settled(namespace, { every: 500 });
  interface State {
    urn: string;
    type: string;
    inputs?: { immutable?: boolean; metadata?: { annotations?: Record<string, string> } };
    propertyDependencies?: Record<string, string[]>;
  }
  const state = async () =>
    (JSON.parse(await project.pulumi(["stack", "export", "--stack", "e2e"])) as { deployment: { resources: State[] } })
      .deployment.resources;
  const isConfigMapOrSecret = ({ type }: State) => /^kubernetes:core\/v1:(ConfigMap|Secret)$/.test(type);
  const hasFixedName = ({ inputs }: State) => inputs?.metadata?.annotations?.["pulumi.com/autonamed"] === undefined;

  before(async () => {
    project.configure("e2e", sentinelConfig);
    project.configure("e2e-standalone", standaloneConfig);
    await project.init("e2e");
    await project.init("e2e-standalone");
  });
  after(async () => {
    for (const client of clients) client.disconnect();
    // What a failed step left would fail the next run too.
    for (const stack of ["e2e", "e2e-standalone"])
      await project.destroy(stack).catch((error: unknown) => console.log(error));
    await kubectl("delete", "namespace", sentinelConfig.namespace, standaloneConfig.namespace, "--ignore-not-found");
    project.remove();
  });

  it("refuses every mistake at once, and touches nothing", async () => {
    project.configure("e2e", {
      ...sentinelConfig,
      mode: "sentinal",
      resources: { memory: "1gb" },
      sentinels: 2,
      replcias: 3,
    });
    for (const command of ["preview", "up"]) {
      const text = await project.refused([command, "--stack", "e2e", ...(command === "up" ? ["--yes"] : [])]);
      for (const key of ["mode", "resources.memory", "sentinels", "replcias"])
        assert.match(text, new RegExp(`redis-gke:${key}`), key);
      assert.match(text, /nothing was touched/);
      assert.doesNotMatch(text, /at Object|node_modules/, "a stack trace is no message");
    }
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
    project.configure("e2e", sentinelConfig);
  });

  it("previews a stack that is not there yet without making anything", async () => {
    assert.match(await project.pulumi(["preview", "--stack", "e2e"]), /\+ \d+ to create/);
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
  });

  it("brings a sentinel stack up, ready for a client when `pulumi up` returns", async () => {
    await project.up("e2e");
    outputs = await project.outputs("e2e");
    const client = await viaSentinel();
    assert.equal(await client.set("first", "write"), "OK");
    assert.equal(await (await viaEndpoint()).get("first"), "write");
    await healed();
    const reader = await viaEndpoint(outputs.readHost as string);
    assert.equal(((await reader.call("ROLE")) as string[])[0], "slave");
  });

  it("spreads the pods over the nodes, none of them restarted", async () => {
    for (const component of ["redis", "sentinel"]) {
      const found = await pods(namespace, component);
      assert.equal(new Set(found.map(({ spec }) => spec.nodeName)).size, 3, component);
      for (const pod of found) assert.equal(pod.status.containerStatuses?.[0]?.restartCount, 0, pod.metadata.name);
    }
  });

  it("leaves the processors alone when nobody asks anything", async () => {
    // Jiffies (10 ms) of all processes of the container and of those that they have started and seen end, in user and
    // in kernel mode.
    const used = async (pod: string) =>
      (await kubectl("exec", "-n", namespace, pod, "--", "/bin/sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null || true"))
        .trim()
        .split("\n")
        .flatMap((line) => line.split(") ")[1]!.split(" ").slice(11, 15))
        .reduce((sum, jiffies) => sum + Number(jiffies), 0);
    const names = (await pods(namespace, "sentinel")).map(({ metadata }) => metadata.name);
    const before = await Promise.all(names.map(used));
    await sleep(3000);
    const spent = (await Promise.all(names.map(used))).map((after, index) => after - before[index]!);
    assert.ok(
      spent.every((jiffies) => jiffies < 60),
      `${spent.join(", ")} jiffies of 300`,
    );
  });

  it("has the sentinels log what matters, and not each process of the container that Sentinel did not start", async () => {
    for (const { metadata } of await pods(namespace, "sentinel")) {
      const said = await kubectl("logs", "-n", namespace, metadata.name);
      assert.match(said, /\+monitor master/);
      assert.doesNotMatch(said, /waitpid/);
    }
  });

  it("lets an operator in without typing the password, and nobody else", async () => {
    assert.equal(await redisCli(namespace, "redis-0", "PING"), "PONG");
    assert.match(
      await kubectl(
        "exec",
        "-n",
        namespace,
        "redis-0",
        "--",
        "env",
        "-u",
        "REDISCLI_AUTH",
        "redis-cli",
        "GET",
        "first",
      ),
      /NOAUTH/,
    );
  });

  it("keeps the secrets secret: in the outputs, in the state, and in every object but the one Secret", async () => {
    for (const name of ["password", "url", "sentinelUrl"]) assert.equal(outputs[name], "[secret]", name);
    assert.ok(!(await project.pulumi(["stack", "export", "--stack", "e2e"])).includes(password));
    assert.equal((await project.outputs("e2e", true)).password, password);
    const objects = await kubectl("get", "statefulset,deployment,configmap,service,pod", "-n", namespace, "-o", "json");
    assert.ok(!objects.includes(password));
    // Not the encoded form either: the state must not hold the Secret's data in the clear.
    const encoded = Buffer.from(password).toString("base64");
    assert.ok(!fs.readFileSync(checkpointFile("e2e", project.backend), "utf8").includes(encoded));
  });

  it("changes a ConfigMap or a Secret in place where its name is fixed, and under another name where it is immutable", async () => {
    const all = (await state()).filter(isConfigMapOrSecret);
    assert.notEqual(all.length, 0);
    for (const one of all) assert.equal(one.inputs?.immutable ?? false, !hasFixedName(one), one.urn);
  });

  it("has no input from a ConfigMap of a fixed name: a provider that replaces that one would take the StatefulSets with all their pods along", async () => {
    const resources = await state();
    const maps = resources.filter(isConfigMapOrSecret);
    const fixed = maps.filter(hasFixedName).map(({ urn }) => urn);
    assert.deepEqual(
      fixed.map((urn) => urn.split("::").pop()),
      ["redis-topology"],
    );
    assert.ok(maps.length > fixed.length);
    for (const { urn, propertyDependencies = {} } of resources)
      assert.ok(
        !Object.values(propertyDependencies)
          .flat()
          .some((dependency) => fixed.includes(dependency)),
        urn,
      );
  });

  it("previews and ups an unchanged stack without a change, on paper or on the cluster", async () => {
    const versions = async () =>
      (
        await kubectlJson<{ items: { kind: string; metadata: { name: string; generation?: number; uid: string } }[] }>(
          "get",
          "statefulset,deployment,configmap,service,secret,pdb",
          "-n",
          namespace,
        )
      ).items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid} ${metadata.generation}`);
    const before = await versions();
    await project.pulumi(["preview", "--expect-no-changes", "--stack", "e2e"]);
    await project.pulumi(["up", "--yes", "--expect-no-changes", "--stack", "e2e"]);
    await project.pulumi(["preview", "--refresh", "--expect-no-changes", "--stack", "e2e"]);
    assert.deepEqual(await versions(), before);
  });

  it("goes on writing when the master's pod is deleted, loses no acknowledged write, and takes the old master back", async () => {
    const old = await healed();
    const client = await viaSentinel();
    const endpoint = await viaEndpoint();
    const writers = [new Writer(client, "sentinel"), new Writer(endpoint, "endpoint")];
    await eventually("writes on both ways", () => writers.every((writer) => writer.acknowledged.length > 100));
    await kubectl("delete", "pod", old, "-n", namespace, "--wait=false");
    await eventually("another master", async () => {
      const { masters } = await roles(namespace);
      return masters.length === 1 && masters[0] !== old;
    });
    const counts = writers.map((writer) => writer.acknowledged.length);
    await eventually("writes go on, on both ways", () =>
      writers.every((writer, index) => writer.acknowledged.length > counts[index]! + 100),
    );
    const successor = await healed();
    assert.notEqual(successor, old);
    for (const writer of writers) await writer.stop();
    console.log(
      `      write outage: ${writers[0]!.longestPauseMs} ms through Sentinel, ${writers[1]!.longestPauseMs} ms through the endpoint; ${writers.map(({ acknowledged }) => acknowledged.length).join(" and ")} writes`,
    );
    for (const writer of writers) assert.deepEqual(await writer.lost(client), []);
  });

  it("fails over when the master dies without a word", async () => {
    const old = await healed();
    const client = await viaSentinel();
    await whileWriting(client, async () => {
      await kubectl("delete", "pod", old, "-n", namespace, "--force", "--grace-period=0", "--wait=false");
      await eventually("another master", async () => {
        const { masters } = await roles(namespace);
        return masters.length === 1 && masters[0] !== old;
      });
      await healed();
    });
  });

  it("keeps every write over an `up` with a changed setting, which reaches every node", async () => {
    const client = await viaSentinel();
    await whileWriting(client, async () => {
      project.configure("e2e", { ...sentinelConfig, settings: { "maxmemory-policy": "allkeys-lru" } });
      await project.up("e2e");
      await healed();
    });
    assert.equal(await client.get("first"), "write");
    for (const pod of await pods(namespace, "redis"))
      assert.match(await redisCli(namespace, pod.metadata.name, "CONFIG", "GET", "maxmemory-policy"), /allkeys-lru/);
    await project.pulumi(["preview", "--expect-no-changes", "--stack", "e2e"]);
  });

  it("runs a standalone stack beside it, which keeps its data when its pod goes", async () => {
    await project.up("e2e-standalone");
    const standalone = await project.outputs("e2e-standalone");
    assert.equal(standalone.sentinelHost, undefined);
    assert.equal(standalone.readHost, standalone.host);
    const client = await viaEndpoint(standalone.host as string);
    await client.set("kept", "yes");
    const [pod] = await pods(standaloneConfig.namespace, "redis");
    await kubectl("delete", "pod", pod!.metadata.name, "-n", standaloneConfig.namespace);
    assert.equal(await eventually("the value", () => client.get("kept")), "yes");
    // The two are strangers: what one holds the other does not know.
    assert.equal(await client.get("first"), null);
  });

  it("leaves nothing when it is destroyed", async () => {
    for (const client of clients) client.disconnect();
    for (const stack of ["e2e", "e2e-standalone"]) await project.destroy(stack);
    for (const { namespace: gone } of [sentinelConfig, standaloneConfig]) {
      assert.equal(await kubectl("get", "namespace", gone, "--ignore-not-found"), "");
      await eventually(
        "no volume is left",
        async () => !(await kubectl("get", "persistentvolume", "-o", "json")).includes(gone),
      );
    }
  });
});
