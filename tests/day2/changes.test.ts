import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { imageNames } from "../../stand-ins/images";
import {
  addressOf,
  kubectl,
  kubectlJson,
  plainClient,
  pods,
  replication,
  roles,
  sentinelClientOf,
  settled,
} from "../support/cluster";
import { eventually, printTime } from "../support/eventually";
import { Project } from "../support/project";
import { createStorageClass, deleteStorageClass, forbidGrowth } from "../support/storage-class";
import { Writer } from "../support/writer";

const id = Math.random().toString(36).slice(2, 8);
/** A stack with the defaults that its name gives: what it is renamed to, it would be called as well. */
const first = `e2e-${id}`,
  renamed = `e2e-${id}-renamed`;
const namespace = `redis-${first}`;
const storageClass = `e2e-${id}`;
const password = "a-password-of-the-e2e-tests";
const config = {
  mode: "sentinel",
  replicas: 4,
  image: imageNames.redis,
  endpoint: { image: imageNames.haproxy },
  resources: { memory: "64Mi", cpu: "20m" },
  persistence: { storageClass },
  auth: { password },
};

/** One story, told in order: what a person changes on a stack that holds data, and should not lose it by. */
describe("changes to a stack that holds data: without a loss, or refused in the preview with the key to write", function () {
  this.timeout(300_000);
  this.bail(true);
  const project = new Project();
  let stack = first;
  let kept: Record<string, unknown> = config;
  let written: Writer;

  const change = (changed: Record<string, unknown>) => project.configure(stack, { ...kept, ...changed });
  const claims = async () =>
    (
      await kubectlJson<{
        items: { metadata: { name: string; uid: string }; spec: { resources: { requests: { storage: string } } } }[];
      }>("get", "pvc", "-n", namespace, "-l", "app.kubernetes.io/component!=sentinel")
    ).items.map(({ metadata, spec }) => ({
      name: metadata.name,
      uid: metadata.uid,
      size: spec.resources.requests.storage,
    }));
  const client = async () =>
    sentinelClientOf(await project.outputs(stack), (kept.auth as { password: string }).password);
  /** Looks up every write that was ever acknowledged. */
  const nothingIsLost = async () => {
    const reader = await client();
    assert.deepEqual(await written.lost(reader), []);
    reader.disconnect();
  };
  /**
   * Every object of the namespace by its uid and version: nothing was made again, nothing was touched. A pod on its way
   * out is gone.
   */
  const objects = async () =>
    (
      await kubectlJson<{
        items: {
          kind: string;
          metadata: { name: string; uid: string; generation?: number; deletionTimestamp?: string };
        }[];
      }>("get", "statefulset,deployment,configmap,service,secret,pdb,pod,pvc", "-n", namespace)
    ).items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid} ${metadata.generation}`);

  /** What a preview says, or an `up` without one, and that it touched nothing. */
  const refused = async (changed: Record<string, unknown>, said: RegExp[], command = ["preview"]) => {
    const before = await objects();
    change(changed);
    const text = await project.refused([...command, "--stack", stack]);
    for (const expected of [...said, /nothing was touched/]) assert.match(text, expected);
    assert.doesNotMatch(text, /at Object|node_modules/, "a stack trace is no message");
    assert.deepEqual(await objects(), before);
    change({});
  };

  before(async () => {
    await createStorageClass(storageClass);
    await project.init(stack);
    change({});
    await project.up(stack);
  });
  after(async () => {
    await project.pulumi(["state", "unprotect", "--all", "--yes", "--stack", stack]).catch(() => undefined);
    change({});
    await project.destroy(stack).catch((error: unknown) => console.log(error));
    await kubectl("delete", "namespace", namespace, "--ignore-not-found");
    await deleteStorageClass(storageClass);
    project.remove();
  });

  it("more memory and larger volumes: the claims grow in place, the pods go one at a time", async () => {
    const statefulSet = () => kubectl("get", "statefulset", "redis", "-n", namespace, "-o", "jsonpath={.metadata.uid}");
    const [before, uid, old] = [await claims(), await statefulSet(), await pods(namespace, "redis")];
    assert.deepEqual(
      before.map(({ name, size }) => [name, size]),
      [0, 1, 2, 3].map((ordinal) => [`data-redis-${ordinal}`, "1Gi"]),
    );
    const writing = await client();
    written = new Writer(writing, "grown");
    await eventually("writes", () => written.acknowledged.length > 100);
    kept = { ...kept, resources: { memory: "128Mi", cpu: "20m" }, persistence: { storageClass, size: "2Gi" } };
    change({});
    assert.match(
      await project.up(stack),
      /persistence\.size: the volumes grow from 1Gi to 2Gi, and cannot shrink again/,
    );
    await settled(namespace, { replicas: 3 });
    await written.stop();
    console.log(`      longest write outage: ${written.longestPauseMs} ms; ${written.acknowledged.length} writes`);
    assert.deepEqual(
      await claims(),
      before.map((claim) => ({ ...claim, size: "2Gi" })),
    );
    assert.equal(await statefulSet(), uid);
    const now = await pods(namespace, "redis");
    assert.ok(
      now.every((pod) => !old.some(({ metadata }) => metadata.uid === pod.metadata.uid)),
      "every pod was replaced",
    );
    writing.disconnect();
    await nothingIsLost();
  });

  it("fewer replicas and more again, though somebody scaled by hand meanwhile: the claim that was left is taken again", async () => {
    const sets = () => kubectl("get", "statefulset", "-n", namespace, "-o", "jsonpath={.items[*].metadata.uid}");
    const [before, setsBefore, podsBefore] = [await claims(), await sets(), await pods(namespace, "redis")];
    await kubectl("scale", "statefulset/redis", "deployment/redis-endpoint", "-n", namespace, "--replicas=1");
    change({ replicas: 3, endpoint: { image: imageNames.haproxy, replicas: 3 } });
    await project.up(stack);
    assert.equal(
      await kubectl(
        "get",
        "statefulset/redis",
        "deployment/redis-endpoint",
        "-n",
        namespace,
        "-o",
        "jsonpath={.items[*].spec.replicas}",
      ),
      "3 3",
    );
    assert.deepEqual(await claims(), before);
    change({});
    await project.up(stack);
    assert.deepEqual(await claims(), before);
    assert.equal(await sets(), setsBefore, "made anew, with all pods at once");
    const podsNow = await pods(namespace, "redis");
    assert.equal(podsNow[0]!.metadata.uid, podsBefore[0]!.metadata.uid, "the one that nobody took away stayed");
    await nothingIsLost();
  });

  it("Services of the pods that somebody deleted, after pulumi up --refresh: the same data at new addresses, with the pods left alone and with all of them restarted", async () => {
    const services = async () =>
      (
        await kubectlJson<{ items: { metadata: { name: string }; spec: { clusterIP: string } }[] }>(
          "get",
          "services",
          "-n",
          namespace,
        )
      ).items.filter(({ metadata }) => /-\d+$/.test(metadata.name));
    const { host } = (await project.outputs(stack)) as { host: string };
    const writing = plainClient(await addressOf(host), password);
    written = new Writer(writing, "readdressed");
    await eventually("writes", () => written.acknowledged.length > 100);
    for (const restart of [false, true]) {
      const [before, atFirst, began] = [await services(), await pods(namespace, "redis"), Date.now()];
      assert.equal(before.length, 7);
      await kubectl("delete", "service", "-n", namespace, ...before.map(({ metadata }) => metadata.name));
      await project.pulumi(["up", "--refresh", "--yes", "--skip-preview", "--stack", stack]);
      const now = await services();
      assert.ok(
        now.length === 7 &&
          before.every(({ spec }) => !now.some((service) => service.spec.clusterIP === spec.clusterIP)),
        "each has another address",
      );
      if (restart)
        await kubectl("delete", "pods", "-n", namespace, "-l", "app.kubernetes.io/component in (redis, sentinel)");
      printTime("Services deleted, until pulumi up --refresh was done", began, 30);
      const count = written.acknowledged.length;
      await eventually("writes through the endpoint", () => written.acknowledged.length > count + 100, {
        timeout: 240_000,
      });
      printTime("until the endpoint took writes again", began, 150);
      const addresses = now
        .filter(({ metadata }) => /^redis-\d/.test(metadata.name))
        .map(({ spec }) => spec.clusterIP)
        .sort();
      const lists = async () =>
        Promise.all(
          (await pods(namespace, "redis")).map(async ({ metadata }): Promise<Record<string, string>> => ({
            pod: metadata.name,
            ...(await replication(namespace, metadata.name)),
          })),
        );
      await eventually(
        "one master, which lists every replica at its new address",
        async () => {
          const [master, ...more] = (await lists()).filter(({ role }) => role === "master");
          const replicas = Object.entries(master ?? {}).flatMap(([key, value]) =>
            /^slave\d/.test(key) ? (/ip=([^,]+),port=6379,state=online/.exec(value)?.[1] ?? "not online") : [],
          );
          const own = now.find(({ metadata }) => metadata.name === master?.pod)?.spec.clusterIP;
          return more.length === 0 && JSON.stringify([...replicas, own].sort()) === JSON.stringify(addresses);
        },
        { timeout: 240_000 },
      );
      printTime("until every replica had its new address", began, 180);
      const kept = await pods(namespace, "redis");
      assert.equal(
        kept.filter((pod) => atFirst.some(({ metadata }) => metadata.uid === pod.metadata.uid)).length,
        restart ? 0 : 4,
      );
    }
    await written.stop();
    console.log(`      longest write outage: ${written.longestPauseMs} ms; ${written.acknowledged.length} writes`);
    writing.disconnect();
    await nothingIsLost();
  });

  it("everything is stopped, and started again: with the same volumes and addresses", async () => {
    const places = async () => [
      await claims(),
      (await kubectl("get", "services", "-n", namespace, "-o", "jsonpath={.items[*].spec.clusterIP}")).split(" "),
    ];
    const before = await places();
    change({ stopped: true });
    const began = Date.now();
    assert.match(
      await project.up(stack),
      /stopped: no Redis, sentinel, endpoint or scheduled job runs until the key is taken out/,
    );
    printTime("pulumi up with stopped: true", began, 60);
    await eventually("no pod", async () => (await kubectl("get", "pods", "-n", namespace, "-o", "name")) === "", {
      timeout: 120_000,
    });
    assert.deepEqual(await places(), before);
    const { healthy, output } = await project.status(stack);
    assert.ok(!healthy && /NOT healthy: stopped: nothing is to run/.test(output), output);
    change({});
    const again = Date.now();
    await project.up(stack);
    printTime("pulumi up without it", again, 60);
    assert.deepEqual(await places(), before);
    await nothingIsLost();
    await eventually("healthy", async () => (await project.status(stack)).healthy);
  });

  it("another password: not while Redis runs with the old one, and with stopped: true beside it", async () => {
    await refused({ auth: { password: "another-password-of-the-tests" } }, [
      /redis-gke:auth\.password: "\[secret\]" is another one than Redis runs with.*run pulumi up with stopped: true beside it/,
    ]);
    const [pod] = (await roles(namespace)).masters;
    const old = (kept.auth as { password: string }).password;
    kept = { ...kept, auth: { password: "another-password-of-the-tests" } };
    const began = Date.now();
    change({ stopped: true });
    await project.up(stack);
    change({});
    await project.up(stack);
    printTime("another password: two pulumi up, until Redis is back", began, 90);
    await nothingIsLost();
    assert.match(
      await kubectl(
        "exec",
        "-n",
        namespace,
        pod!,
        "-c",
        "redis",
        "--",
        "redis-cli",
        "-a",
        old,
        "--no-auth-warning",
        "PING",
      ),
      /WRONGPASS|NOAUTH/,
    );
    await eventually("healthy", async () => (await project.status(stack)).healthy);
  });

  it("larger volumes where their StorageClass does not allow it", async () => {
    await forbidGrowth(storageClass);
    await refused({ persistence: { storageClass, size: "3Gi" } }, [
      new RegExp(
        `redis-gke:persistence\\.size: "3Gi" is more than the 2Gi that the volumes have, and their StorageClass ${storageClass} does not let them grow`,
      ),
    ]);
  });

  it("another namespace", () =>
    refused({ namespace: `${namespace}-new` }, [
      new RegExp(
        `redis-gke:namespace: "${namespace}-new" would delete the namespace ${namespace} with the volumes in it`,
      ),
      new RegExp(`write "${namespace}"`),
    ]));

  it("another mode, also by an `up` that nobody previewed", () =>
    refused(
      { mode: "standalone", replicas: undefined, endpoint: undefined },
      [/redis-gke:mode: "standalone" is not the mode of the data that are there: write "sentinel"/],
      ["up", "--yes", "--skip-preview"],
    ));

  it("several of them, each in its own line", () =>
    refused(
      {
        masterName: "another",
        image: "redis-gke.local/redis:7.4.5",
        persistence: { storageClass: "fast", size: "1Gi" },
      },
      [
        /has 4 mistakes/,
        new RegExp(`redis-gke:persistence\\.storageClass: "fast" .* write "${storageClass}" or leave it out`),
        /redis-gke:persistence\.size: "1Gi" is less than the volumes have, and a volume cannot shrink: write "2Gi"/,
        new RegExp(`redis-gke:masterName: "another" .* write "${first}-redis"`),
        /redis-gke:image: "redis-gke\.local\/redis:7\.4\.5" is older than the data: 8\.0 wrote what 7\.4 cannot read/,
      ],
    ));

  it("another cluster than the one that it was deployed to", async () => {
    const exported = JSON.parse(await project.pulumi(["stack", "export", "--stack", stack])) as {
      deployment: { resources: { type: string; outputs: { deployed: { redis: { cluster: string } } } }[] };
    };
    const { deployed } = exported.deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack")!.outputs;
    const uid = (await kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")).trim();
    assert.equal(deployed.redis.cluster, `kube-system ${uid}`);

    const deployedTo = async (cluster: string) => {
      deployed.redis.cluster = cluster;
      const file = path.join(project.folder, "exported.json");
      fs.writeFileSync(file, JSON.stringify(exported));
      await project.pulumi(["stack", "import", "--file", file, "--stack", stack]);
    };
    await deployedTo(`kube-system ${uid.replace(/^......../, "00000000")}`);
    await refused({}, [
      /redis-gke:kubernetes\.context leads to another cluster than the one that this stack was deployed to/,
      new RegExp(`here it is kube-system ${uid}`),
      /--refresh/,
    ]);
    change({ persistence: { size: "2Gi", discard: [namespace] } });
    assert.match(
      await project.pulumi(["preview", "--stack", stack]),
      /persistence\.discard: the data in \S+ stay behind in the cluster of before/,
    );
    await deployedTo(`kube-system ${uid}`);
  });

  it("the names that a renamed stack would have by default: written down, nothing changes", async () => {
    await project.pulumi(["stack", "rename", renamed, "--stack", stack]);
    stack = renamed;
    await refused({}, [
      new RegExp(`redis-gke:namespace: "redis-${renamed}" .*write "${namespace}"`),
      new RegExp(`redis-gke:masterName: "${renamed}-redis" .*write "${first}-redis"`),
    ]);
    kept = { ...kept, namespace, masterName: `${first}-redis` };
    change({});
    await project.pulumi(["preview", "--expect-no-changes", "--stack", stack]);
  });

  it("a destroy of what is protected, though nobody looked at its preview, before anything else goes", async () => {
    change({ persistence: { size: "2Gi", protect: true } });
    await project.up(stack);
    const before = await objects();
    const said = await project.refused(["destroy", "--yes", "--skip-preview", "--stack", stack]);
    assert.match(said, /Protection.*cannot be deleted/s);
    assert.doesNotMatch(said, / deleted \(/);
    assert.deepEqual(await objects(), before);
  });

  it("a namespace that goes with its data, though somebody said so, while it is protected; and then it goes", async () => {
    const move = { namespace: `${namespace}-new`, persistence: { size: "2Gi", discard: [namespace] } };
    await refused(move, [/redis-gke:namespace: .* is still protected: run pulumi up with persistence\.protect: false/]);
    assert.match(await project.up(stack), / unchanged/);
    change(move);
    assert.match(
      await project.pulumi(["preview", "--stack", stack]),
      /persistence\.discard: Redis in \S+ goes with all its data/,
    );
  });

  it("lets go of the namespace that it made, and does not take it back", async () => {
    const uid = await kubectl("get", "namespace", namespace, "-o", "jsonpath={.metadata.uid}");
    const before = await objects();
    kept = { ...kept, createNamespace: false };
    change({});
    await project.up(stack);
    assert.deepEqual(await objects(), before);
    await nothingIsLost();
    await refused({ createNamespace: true }, [
      /redis-gke:createNamespace: true would make the namespace \S+, which others made: write false/,
    ]);
    await project.destroy(stack);
    assert.equal(
      await kubectl("get", "namespace", namespace, "-o", "jsonpath={.metadata.uid} {.status.phase}"),
      `${uid} Active`,
    );
    // The volumes with the data are there as well, for whoever takes the namespace on.
    assert.match(await kubectl("get", "pvc", "-n", namespace), /data-redis-0 +Bound/);
  });

  it("a namespace that is not there, before anything is made", async () => {
    change({ namespace: `${namespace}-misspelt` });
    assert.match(
      await project.refused(["preview", "--stack", stack]),
      new RegExp(`${namespace}-misspelt.*not (found|exist)`, "s"),
    );
  });
});
