import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { knownPaths } from "../../config/schema";
import { imageNames } from "../../stand-ins/images";
import { checkout } from "../../lib/paths";
import { run } from "../../lib/run";
import { quietSchedule } from "../support/archives";
import { kubectl } from "../support/cluster";
import { preview } from "../support/previews";
import { Project } from "../support/project";

const id = Math.random().toString(36).slice(2, 8);
const password = "a-password-of-the-e2e-tests";
const golden = path.join(checkout, "tests/day2/previews.golden.txt");

const shared = {
  image: imageNames.redis,
  resources: { memory: "64Mi", cpu: "20m" },
  persistence: { size: "1Gi", storageClass: "local-path" },
  auth: { password },
};
const archives = { image: imageNames.rclone, schedule: quietSchedule(), protect: false };
/** Of a store that nobody asks: no archive is taken. */
const s3 = { endpoint: "http://198.18.0.1:9000", bucket: "archives", accessKeyId: "key", secretAccessKey: "secret" };
/** The archives of the one go to a store, those of the other to a volume. */
const stacks = {
  sentinel: { ...shared, mode: "sentinel", endpoint: { image: imageNames.haproxy }, archive: { ...archives, s3 } },
  standalone: { ...shared, mode: "standalone", archive: { ...archives, volume: { size: "2Gi" } } },
};
type Mode = keyof typeof stacks;
type Config = Record<string, unknown>;

/** A change is named after its key; what stands behind a blank tells two of one key apart. */
interface Change {
  name: string;
  of: (config: Config, mode: Mode) => Config;
}

/** Sets one key, by its path. */
const set = (name: string, value: unknown, also: Config = {}): Change => ({
  name,
  of: (config) => {
    const [block, key] = name.split(" ")[0]!.split(".") as [string, string | undefined];
    return {
      ...config,
      ...also,
      [block]:
        key === undefined
          ? value
          : { ...(config[block] as object), ...(also[block] as object | undefined), [key]: value },
    };
  },
});
/** Another place for the archives. */
const archive = (name: string, place: Config): Change => ({
  name,
  of: (config) => ({
    ...config,
    archive: { ...(config.archive as object), s3: undefined, volume: undefined, ...place },
  }),
});

/** Every key of a config file, changed alone, as far as one can be. */
const changes = (files: { kubeconfig: string; password: string; same: string }): Change[] => [
  {
    name: "mode",
    of: (config, mode) =>
      mode === "sentinel"
        ? { ...config, mode: "standalone", endpoint: undefined }
        : { ...config, mode: "sentinel", endpoint: { image: imageNames.haproxy } },
  },
  set("kubernetes.kubeconfig of the same cluster", files.kubeconfig),
  set("kubernetes.context of the same cluster", "the-same", { kubernetes: { kubeconfig: files.kubeconfig } }),
  set("namespace", "another"),
  set("createNamespace", false),
  set("stopped", true),
  set("image newer", "redis-gke.local/redis:8.2.0"),
  set("image older", "redis-gke.local/redis:7.4.5"),
  set("replicas more", 4),
  set("replicas fewer", 2),
  set("sentinels", 5),
  set("quorum", 3),
  set("masterName", "another"),
  set("resources.memory", "96Mi"),
  set("resources.cpu", "30m"),
  set("persistence.size larger", "2Gi"),
  set("persistence.size smaller", "900Mi"),
  set("persistence.storageClass", "another"),
  set("persistence.storageClass left out", undefined),
  set("persistence.volumes", ["a", "b", "c"]),
  set("persistence.protect", true),
  set("persistence.discard", ["another"]),
  set("persistence.fsync", "always"),
  set("persistence.save", "900 1"),
  set("persistence.onDamage", "repair"),
  set("auth.password", "another-password-of-the-tests"),
  set("auth.password beside stopped", "another-password-of-the-tests", { stopped: true }),
  { name: "auth.passwordFile", of: (config) => ({ ...config, auth: { passwordFile: files.password } }) },
  {
    name: "auth.passwordFile with the same password",
    of: (config) => ({ ...config, auth: { passwordFile: files.same } }),
  },
  set("failover.downAfter", 3000),
  set("failover.failoverTimeout", 20000),
  set("failover.parallelSyncs", 1),
  set("failover.minReplicas", 0),
  set("failover.maxLag", 10),
  set("endpoint.image", "redis-gke.local/haproxy:3.2.0"),
  set("endpoint.replicas", 3),
  set("scheduling.spread", "required"),
  set("scheduling.nodeSelector", { "kubernetes.io/os": "linux" }),
  set("scheduling.tolerations", [{ key: "dedicated", operator: "Exists" }]),
  set("kernel.enforce", true),
  set("kernel.tune", true),
  set("archive.schedule", "0 5 1 1 *"),
  set("archive.hourly", 3),
  set("archive.daily", 3),
  archive("archive.bucket", { bucket: "archives" }),
  archive("archive.s3.endpoint", { s3: { ...s3, endpoint: "http://198.18.0.1:9001" } }),
  archive("archive.s3.bucket", { s3: { ...s3, bucket: "others" } }),
  archive("archive.s3.region", { s3: { ...s3, region: "eu" } }),
  archive("archive.s3.accessKeyId", { s3: { ...s3, accessKeyId: "another" } }),
  archive("archive.s3.secretAccessKey", { s3: { ...s3, secretAccessKey: "another" } }),
  archive("archive.volume.claim", { volume: { claim: "mine" } }),
  archive("archive.volume.size larger", { volume: { size: "3Gi" } }),
  archive("archive.volume.size smaller", { volume: { size: "1Gi" } }),
  archive("archive.volume.storageClass", { volume: { size: "2Gi", storageClass: "another" } }),
  set("archive.root", "another/root"),
  set("archive.drill", false),
  set("archive.protect", true),
  set("archive.image", "redis-gke.local/rclone:1.72.0"),
  set("archive taken out", undefined),
  set("restore.from", "latest"),
  set("restore.root", "another/root", { restore: { from: "latest" } }),
  set("settings", { "maxmemory-policy": "allkeys-lru" }),
];

/**
 * What `pulumi preview` says of each key, on a stack that runs; the same that docs/operations.md says in words ("What I
 * may change, and what it does").
 */
describe("the preview of every key, changed alone on a stack that runs", function () {
  this.timeout(2_400_000);
  const project = new Project();
  const write = (name: string, text: string) => {
    const file = path.join(project.folder, name);
    fs.writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const stackOf = (mode: Mode) => `e2e-${id}-${mode}`;

  before(async () => {
    for (const mode of Object.keys(stacks) as Mode[]) {
      await project.init(stackOf(mode));
      project.configure(stackOf(mode), stacks[mode]);
      await project.up(stackOf(mode));
    }
  });
  after(async () => {
    for (const mode of Object.keys(stacks) as Mode[]) {
      await project.destroy(stackOf(mode)).catch((error: unknown) => console.log(error));
      await kubectl("delete", "namespace", `redis-${stackOf(mode)}`, "--ignore-not-found");
    }
    project.remove();
  });

  it("is what was reviewed (PREVIEWS=write make day2 writes it again)", async () => {
    const kubeconfig = write("kubeconfig", await run("kubectl", ["config", "view", "--raw", "--flatten"]));
    await run("kubectl", [
      "config",
      "--kubeconfig",
      kubeconfig,
      "rename-context",
      (await kubectl("config", "current-context")).trim(),
      "the-same",
    ]);
    const all = changes({
      kubeconfig,
      password: write("password", "another-password-of-the-tests"),
      same: write("same-password", password),
    });
    const keys = new Set(all.map(({ name }) => name.split(" ")[0]!));
    assert.deepEqual(
      knownPaths().filter((key) => !/^(cluster|nodePool|disk)\./.test(key) && !keys.has(key)),
      [],
      "keys that nobody tries",
    );

    const said = new Map<string, string[]>();
    const tasks = all.flatMap((change) => (Object.keys(stacks) as Mode[]).map((mode) => ({ change, mode })));
    // Two at a time: one is over long before a machine of two cores is busy with it.
    await Promise.all(
      [0, 1].map(async () => {
        for (let task = tasks.shift(); task; task = tasks.shift()) {
          const { change, mode } = task;
          const name = `${mode}-${change.name.replaceAll(/\W/g, "-")}`;
          project.configure(name, change.of(stacks[mode], mode));
          const lines = await preview(project, stackOf(mode), path.join(project.folder, `Pulumi.${name}.yaml`));
          said.set(
            `${change.name} ${mode}`,
            lines.map((line) => line.replaceAll(id, "ID").replaceAll(project.folder, "FOLDER")),
          );
        }
      }),
    );
    const text = all
      .map(({ name }) =>
        [
          name,
          ...(Object.keys(stacks) as Mode[]).flatMap((mode) => {
            const lines = said.get(`${name} ${mode}`)!;
            return (lines.length === 0 ? ["nothing"] : lines).map(
              (line, index) => `  ${(index === 0 ? mode : "").padEnd(11)}${line}`,
            );
          }),
        ].join("\n"),
      )
      .join("\n\n");
    if (process.env.PREVIEWS === "write") fs.writeFileSync(golden, `${text}\n`);
    assert.equal(`${text}\n`, fs.readFileSync(golden, "utf8"));
  });
});
