import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { imageNames } from "../../stand-ins/images";
import { run, type CommandFailed } from "../../lib/run";
import { kubectl, kubectlJson, pods, redisCli } from "../support/cluster";
import { NodeVolumes } from "../support/node-volume";
import { Project } from "../support/project";

const id = Math.random().toString(36).slice(2, 8);
const namespace = `redis-e2e-${id}-volumes`;
const config = {
  mode: "standalone",
  namespace,
  image: imageNames.redis,
  resources: { memory: "64Mi", cpu: "20m" },
  auth: { password: "a-password-of-the-e2e-tests" },
};

interface Volume {
  metadata: { name: string };
  spec: { claimRef?: { name: string } };
  status: { phase: string };
}

/** One story, told in order: what the disks of a cloud stack go through, with folders of a node for disks. */
describe("ready-made volumes: bound, protected, put back from a copy, and left alone", function () {
  this.timeout(300_000);
  this.bail(true);
  const project = new Project();
  const disks = new NodeVolumes(namespace);
  const first = `redis-e2e-${id}-first`;
  const restored = `redis-e2e-${id}-restored`;
  const folderOf = (disk: string) => disks.folderOf(disk);
  const volume = async (name: string) => kubectlJson<Volume>("get", "persistentvolume", name);

  const use = (name: string, protect: boolean, stopped?: boolean) =>
    project.configure("e2e-volumes", { ...config, stopped, persistence: { volumes: [name], protect } });
  const get = (key: string) => redisCli(namespace, "redis-0", "GET", key);

  before(async () => {
    await disks.make(first);
    use(first, true);
    await project.init("e2e-volumes");
  });
  after(async () => {
    use(first, false);
    await run("pulumi", ["state", "unprotect", "--all", "--yes", "--stack", "e2e-volumes"], {
      cwd: project.folder,
      env: project.environment,
    }).catch(() => undefined);
    await project.destroy("e2e-volumes").catch((error: unknown) => console.log(error));
    await kubectl("delete", "namespace", namespace, "--ignore-not-found");
    await disks.remove();
    project.remove();
  });

  it("puts the pod where its volume is, on the volume that was kept for it", async () => {
    await project.up("e2e-volumes");
    assert.deepEqual(
      [(await volume(first)).status.phase, (await volume(first)).spec.claimRef?.name],
      ["Bound", "data-redis-0"],
    );
    const [pod] = await pods(namespace, "redis");
    assert.match(
      await kubectl("get", "node", pod!.spec.nodeName, "--show-labels"),
      /topology\.kubernetes\.io\/zone=local-b/,
    );
    assert.equal(await redisCli(namespace, "redis-0", "SET", "written", "before the copy"), "OK");
    assert.ok(fs.existsSync(path.join(folderOf(first), "appendonlydir")), "the data are not on the volume");
    await project.pulumi(["preview", "--expect-no-changes", "--stack", "e2e-volumes"]);
  });

  it("shows a stack that somebody deployed himself: STACK=name make status", async () => {
    const said = await project.make("status", "e2e-volumes");
    assert.match(said, /^redis-0 +master/m);
    assert.match(said, /healthy: /);
    const refused = project.make("status", "nowhere");
    await assert.rejects(refused, (error: CommandFailed) => /The stack nowhere cannot be read/.test(error.output));
  });

  it("refuses in the preview what would delete the data: another namespace", async () => {
    project.configure("e2e-volumes", {
      ...config,
      namespace: `${namespace}-new`,
      persistence: { volumes: [first], protect: true },
    });
    const said = await project.refused(["preview", "--stack", "e2e-volumes"]);
    use(first, true);
    assert.match(
      said,
      new RegExp(
        `nothing was touched:\\s+redis-gke:namespace: "${namespace}-new" would delete the namespace ${namespace} with the volumes in it`,
      ),
    );
  });

  it("destroys nothing while the claim is protected: not even the pod", async () => {
    const said = await project.refused(["destroy", "--yes", "--stack", "e2e-volumes"]);
    assert.match(said, /Protection::protection" cannot be deleted/);
    assert.equal(await get("written"), "before the copy");
    assert.equal((await volume(first)).status.phase, "Bound");
  });

  it("puts a copy of an earlier time in the volume's place, as the runbook says", async () => {
    // The snapshot: what the folder holds at one instant, while Redis runs.
    fs.mkdirSync(folderOf(restored));
    execFileSync("cp", ["-a", `${folderOf(first)}/.`, folderOf(restored)]);
    assert.equal(await redisCli(namespace, "redis-0", "SET", "written", "after the copy"), "OK");

    use(first, false, true);
    await project.up("e2e-volumes");
    assert.deepEqual(await pods(namespace, "redis"), []);
    await disks.make(restored);
    use(restored, false, true);
    const plan = await project.pulumi(["preview", "--stack", "e2e-volumes"]);
    assert.match(plan, /1 to replace/);
    await project.up("e2e-volumes");
    use(restored, false);
    await project.up("e2e-volumes");
    assert.equal(await get("written"), "before the copy");
    await project.pulumi(["preview", "--expect-no-changes", "--stack", "e2e-volumes"]);
    // The one that was put aside is whole, for whoever wants to look.
    assert.equal((await volume(first)).status.phase, "Released");
    assert.ok(fs.existsSync(path.join(folderOf(first), "appendonlydir")));
  });

  it("takes pod, claim and namespace away in this order, and leaves volume and data", async () => {
    const said = await project.destroy("e2e-volumes");
    const deleted = (what: RegExp) => {
      const at = said.search(what);
      assert.ok(at >= 0, `${what} in:\n${said}`);
      return at;
    };
    const [pod, claim, namespaceGone] = [
      /StatefulSet redis deleted/,
      /PersistentVolumeClaim data-redis-0 deleted/,
      /Namespace redis-namespace deleted/,
    ].map(deleted);
    assert.ok(pod! < claim! && claim! < namespaceGone!, said);
    assert.equal((await volume(restored)).status.phase, "Released");
    assert.ok(fs.existsSync(path.join(folderOf(restored), "appendonlydir")));
  });
});
