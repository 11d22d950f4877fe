import assert from "node:assert/strict";
import { timeOf } from "../../components/redis/rules/restore-choice";
import { archiveOf, listArchives } from "../../operate/archives/job";
import { runJob, scheduledJob } from "../../operate/archives/run-job";
import { network } from "../../stand-ins/cluster/layout";
import { embedded } from "../../operate/engine/target";
import { imageNames } from "../../stand-ins/images";
import { age } from "../../operate/status/archive";
import { instances } from "../../operate/status/collect";
import { quietSchedule } from "../support/archives";
import { kubectl, redisCli } from "../support/cluster";
import { ObjectStore } from "../support/object-store";
import { Project } from "../support/project";
import { createStorageClass, deleteStorageClass, forbidGrowth } from "../support/storage-class";

const id = Math.random().toString(36).slice(2, 8);
const namespace = `redis-e2e-${id}-archive`;
const stack = "e2e-archive";
const storageClass = `e2e-${id}-archive`;
const target = { ...embedded, kubeconfig: process.env.KUBECONFIG ?? embedded.kubeconfig };
const base = {
  mode: "standalone",
  namespace,
  image: imageNames.redis,
  resources: { memory: "64Mi", cpu: "20m" },
  auth: { password: "a-password-of-the-e2e-tests" },
};

/** One story, told in order: each step stands on the one before it. */
describe("archive: on the cluster, to an object store and to a volume", function () {
  this.timeout(300_000);
  this.bail(true);
  const project = new Project();
  const schedule = quietSchedule();
  let store: ObjectStore;
  const configure = (archive: Record<string, unknown>) =>
    project.configure(stack, { ...base, archive: { image: imageNames.rclone, schedule, ...archive } });
  const take = async () => {
    const place = await archiveOf(target, namespace);
    return runJob(place, scheduledJob(place), 90);
  };
  const list = async () => listArchives(await archiveOf(target, namespace));

  before(async () => {
    store = await ObjectStore.start({ address: network.hostAddress });
    await createStorageClass(storageClass);
    await project.init(stack);
  });
  after(async () => {
    await project.destroy(stack).catch((error: unknown) => console.log(error));
    await kubectl("delete", "namespace", namespace, "--ignore-not-found");
    await deleteStorageClass(storageClass);
    project.remove();
    await store.stop();
  });

  it("goes to an object store, by the job that the schedule makes, and is listed from there", async () => {
    configure({ s3: { endpoint: store.endpoint, bucket: "archives", region: "us-east-1", ...store.keys } });
    await project.up(stack);
    await redisCli(namespace, "redis-0", "MSET", "a", "1", "b", "2", "c", "3");
    const from = Date.now();
    const { succeeded, log } = await take();
    assert.ok(succeeded, log);
    const listed = await list();
    assert.deepEqual(
      listed.map(({ folder, state, keys, source }) => [folder, state, keys, source]),
      [
        ["hourly", "checked", "3", "redis-0"],
        ["daily", "checked", "3", "redis-0"],
      ],
    );
    assert.match(age(Date.now() - timeOf(listed[0]!.name)), /^\d+ min$/);
    // What `make status` goes by.
    assert.ok((await instances(target, namespace))[0]!.archive!.lastSuccess! > from - 1000);
  });

  it("fails as a job does, with the reason in its last line, when the store is not there", async () => {
    await store.stop();
    const { succeeded, lastLine } = await take();
    assert.equal(succeeded, false);
    assert.match(lastLine, /FAILED: .*does not answer/);
  });

  it("goes to a volume that is made for it", async () => {
    configure({ volume: { size: "64Mi", storageClass } });
    await project.up(stack);
    const { succeeded, log } = await take();
    assert.ok(succeeded, log);
    assert.deepEqual(
      (await list()).map(({ folder, state }) => [folder, state]),
      [
        ["hourly", "checked"],
        ["daily", "checked"],
      ],
    );
  });

  it("grows that volume in place, with the archives on it", async () => {
    const claim = () =>
      kubectl(
        "get",
        "persistentvolumeclaim",
        "redis-archive",
        "-n",
        namespace,
        "-o",
        "jsonpath={.metadata.uid} {.spec.resources.requests.storage}",
      );
    const [uid] = (await claim()).split(" ");
    const before = await list();
    configure({ volume: { size: "128Mi", storageClass } });
    await project.up(stack);
    assert.equal(await claim(), `${uid} 128Mi`);
    assert.deepEqual(
      (await list()).map(({ name }) => name),
      before.map(({ name }) => name),
    );
    await project.pulumi(["preview", "--expect-no-changes", "--stack", stack]);
  });

  it("is refused more where its StorageClass does not allow it, before anything is touched", async () => {
    await forbidGrowth(storageClass);
    configure({ volume: { size: "256Mi", storageClass } });
    assert.match(
      await project.refused(["preview", "--stack", stack]),
      new RegExp(
        `redis-gke:archive\\.volume\\.size: "256Mi" is more than the 128Mi that the archives' volume has, and its StorageClass ${storageClass} does not let it grow`,
      ),
    );
  });

  it("is not taken along by a destroy that was not meant", async () => {
    assert.match(await project.refused(["destroy", "--yes", "--skip-preview", "--stack", stack]), /protected/);
    assert.equal(
      await kubectl("get", "persistentvolumeclaim", "redis-archive", "-n", namespace, "-o", "jsonpath={.status.phase}"),
      "Bound",
    );
    configure({ volume: { size: "128Mi", storageClass }, protect: false });
    await project.up(stack);
  });
});
