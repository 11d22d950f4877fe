import assert from "node:assert/strict";
import { imageNames } from "../../local/images";
import { run } from "../../local/lib/run";
import { kubectl, kubectlJson, redisCli } from "../support/cluster";
import { Project } from "../support/project";

const id = Math.random().toString(36).slice(2, 8);
/** A stack with the defaults that its name gives: what it is renamed to, it would be called as well. */
const first = `e2e-${id}`, renamed = `e2e-${id}-renamed`;
const namespace = `redis-${first}`;
const config = {
  mode: "sentinel", replicas: 2, image: imageNames.redis, endpoint: { image: imageNames.haproxy }, resources: { memory: "64Mi", cpu: "20m" },
  auth: { password: "a-password-of-the-e2e-tests" },
};

/** One story, told in order: what a person changes on a stack that holds data, and should not lose it by. */
describe("changes that would lose data: refused in the preview, with the key to write", function () {
  this.timeout(300_000);
  this.bail(true);
  const project = new Project();
  let stack = first;
  let kept: Record<string, unknown> = config;

  const change = (changed: Record<string, unknown>) => project.configure(stack, { ...kept, ...changed });
  const value = () => redisCli(namespace, "redis-0", "GET", "kept");
  /** Every object of the namespace by its uid and version: nothing was made again, nothing was touched. */
  const objects = async () => (await kubectlJson<{ items: { kind: string; metadata: { name: string; uid: string; generation?: number } }[] }>("get", "statefulset,deployment,configmap,service,secret,pdb,pod,pvc", "-n", namespace)).items
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid} ${metadata.generation}`);

  /** What a preview says, or an `up` without one, and that it touched nothing. */
  const refused = async (changed: Record<string, unknown>, said: RegExp[], command = ["preview"]) => {
    const before = await objects();
    change(changed);
    const text = await project.refused([...command, "--stack", stack]);
    for (const expected of [...said, /nothing was touched/]) assert.match(text, expected);
    assert.doesNotMatch(text, /at Object|node_modules/, "a stack trace is no message");
    assert.deepEqual(await objects(), before);
    assert.equal(await value(), "yes");
    change({});
  };

  before(async () => {
    await project.init(stack);
    change({});
    await project.up(stack);
    const { host } = await project.outputs(stack);
    assert.equal(host, `redis.${namespace}.svc`);
    const master = (await redisCli(namespace, "redis-0", "ROLE")).startsWith("master") ? "redis-0" : "redis-1";
    assert.equal(await redisCli(namespace, master, "SET", "kept", "yes"), "OK");
  });
  after(async () => {
    await run("pulumi", ["state", "unprotect", "--all", "--yes", "--stack", stack], { cwd: project.folder, env: project.environment }).catch(() => undefined);
    change({});
    await project.destroy(stack).catch((error: unknown) => console.log(error));
    await kubectl("delete", "namespace", namespace, `${namespace}-new`, "--ignore-not-found");
    project.remove();
  });

  it("another namespace", () => refused({ namespace: `${namespace}-new` }, [new RegExp(`redis-gke:namespace: "${namespace}-new" would delete the namespace ${namespace} with the volumes in it`), new RegExp(`write "${namespace}"`)]));

  it("another mode, also by an `up` that nobody previewed", () => refused(
    { mode: "standalone", replicas: undefined, endpoint: undefined },
    [/redis-gke:mode: "standalone" is not the mode of the data that are there: write "sentinel"/], ["up", "--yes", "--skip-preview"],
  ));

  it("several of them, each in its own line", () => refused(
    { masterName: "another", image: "redis-gke.local/redis:7.4.5" },
    [/has 2 mistakes/, new RegExp(`redis-gke:masterName: "another" .* write "${first}-redis"`), /redis-gke:image: "redis-gke\.local\/redis:7\.4\.5" is older than the data: 8\.0 wrote what 7\.4 cannot read/],
  ));

  it("another cluster than the one that it was deployed to", async () => {
    const exported = JSON.parse(await project.pulumi(["stack", "export", "--stack", stack])) as { deployment: { resources: { type: string; outputs: { deployed: { redis: { cluster: string } } } }[] } };
    const { deployed } = exported.deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack")!.outputs;
    const uid = (await kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")).trim();
    assert.equal(deployed.redis.cluster, `kube-system ${uid}`);

    const deployedTo = async (cluster: string) => {
      deployed.redis.cluster = cluster;
      await run("pulumi", ["stack", "import", "--stack", stack], { cwd: project.folder, env: project.environment, input: JSON.stringify(exported) });
    };
    await deployedTo(`kube-system ${uid.replace(/^......../, "00000000")}`);
    await refused({}, [/redis-gke:kubernetes\.context leads to another cluster than the one that this stack was deployed to/, new RegExp(`here it is kube-system ${uid}`), /--refresh/]);
    change({ persistence: { discard: [namespace] } });
    assert.match(await project.pulumi(["preview", "--stack", stack]), /persistence\.discard: the data in \S+ stay behind in the cluster of before/);
    await deployedTo(`kube-system ${uid}`);
  });

  it("the names that a renamed stack would have by default: written down, nothing changes", async () => {
    await project.pulumi(["stack", "rename", renamed, "--stack", stack]);
    stack = renamed;
    await refused({}, [new RegExp(`redis-gke:namespace: "redis-${renamed}" .*write "${namespace}"`), new RegExp(`redis-gke:masterName: "${renamed}-redis" .*write "${first}-redis"`)]);
    kept = { ...kept, namespace, masterName: `${first}-redis` };
    change({});
    await project.pulumi(["preview", "--expect-no-changes", "--stack", stack]);
  });

  it("a destroy of what is protected, though nobody looked at its preview, before anything else goes", async () => {
    change({ persistence: { protect: true } });
    await project.up(stack);
    const before = await objects();
    const said = await project.refused(["destroy", "--yes", "--skip-preview", "--stack", stack]);
    assert.match(said, /Protection.*cannot be deleted/s);
    assert.doesNotMatch(said, / deleted \(/);
    assert.deepEqual(await objects(), before);
  });

  it("a namespace that goes with its data, though somebody said so, while it is protected; and then it goes", async () => {
    const move = { namespace: `${namespace}-new`, persistence: { discard: [namespace] } };
    await refused(move, [/redis-gke:namespace: .* is still protected: run pulumi up with persistence\.protect: false/]);
    assert.match(await project.up(stack), / unchanged/);
    change(move);
    assert.match(await project.pulumi(["preview", "--stack", stack]), /persistence\.discard: Redis in \S+ goes with all its data/);
  });

  it("lets go of the namespace that it made, and does not take it back", async () => {
    const uid = await kubectl("get", "namespace", namespace, "-o", "jsonpath={.metadata.uid}");
    const before = await objects();
    kept = { ...kept, createNamespace: false };
    change({});
    await project.up(stack);
    assert.deepEqual(await objects(), before);
    await refused({ createNamespace: true }, [/redis-gke:createNamespace: true would make the namespace \S+, which others made: write false/]);
    await project.destroy(stack);
    assert.equal(await kubectl("get", "namespace", namespace, "-o", "jsonpath={.metadata.uid} {.status.phase}"), `${uid} Active`);
    // The volumes with the data are there as well, for whoever takes the namespace on.
    assert.match(await kubectl("get", "pvc", "-n", namespace), /data-redis-0 +Bound/);
  });

  it("a namespace that is not there, before anything is made", async () => {
    change({ namespace: `${namespace}-misspelt` });
    assert.match(await project.refused(["preview", "--stack", stack]), new RegExp(`${namespace}-misspelt.*not (found|exist)`, "s"));
  });
});
