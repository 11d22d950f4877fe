import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { imageNames } from "../../stand-ins/images";
import { checkout } from "../../lib/paths";
import { quietSchedule } from "../support/archives";
import { kubectl } from "../support/cluster";
import { preview } from "../support/previews";
import { Project } from "../support/project";

/**
 * The commit that a stack is deployed from: the last one after which a deployed stack had something to take over. It
 * strips its types with tsx, which is among the packages for this alone.
 */
const earlier = "737a22b73ac29b243a011313ef476deb3fbf25da";
/** What makes up the program: where none of it has changed since, a preview has nothing to show. */
const program = ["index.ts", "last-deployment.ts", "protection.ts", "config", "components"];

const git = (...args: string[]) => execFileSync("git", args, { cwd: checkout, stdio: ["ignore", "pipe", "ignore"] });
const isKnown = () => {
  try {
    git("cat-file", "-e", `${earlier}^{commit}`);
    return true;
  } catch {
    return false;
  }
};

/** The packages of the checkout, but for the program's own: it would run with the components of today. */
function takeModules(tree: string): void {
  const modules = path.join(tree, "node_modules");
  fs.mkdirSync(modules);
  for (const name of fs.readdirSync(path.join(checkout, "node_modules")))
    if (name !== "redis-gke") fs.symlinkSync(path.join(checkout, "node_modules", name), path.join(modules, name));
  fs.symlinkSync(path.join(tree, "components"), path.join(modules, "redis-gke"));
}

const namespaceOf = (mode: string) => `redis-e2e-${id}-earlier-${mode}`;
const id = Math.random().toString(36).slice(2, 8);
const shared = {
  image: imageNames.redis,
  resources: { memory: "64Mi", cpu: "20m" },
  persistence: { size: "1Gi", storageClass: "local-path" },
  auth: { password: "a-password-of-the-e2e-tests" },
  archive: { image: imageNames.rclone, schedule: quietSchedule(), drill: false, protect: false, volume: {} },
};
const stacks = {
  sentinel: { ...shared, mode: "sentinel", endpoint: { image: imageNames.haproxy } },
  standalone: { ...shared, mode: "standalone" },
};

describe("a stack that an earlier version of the program deployed", function () {
  this.timeout(600_000);
  const project = new Project();
  const tree = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-earlier-"));

  before(async function () {
    if (!isKnown()) {
      console.log(`      the commit ${earlier} is not in this clone: git fetch --unshallow brings it`);
      return this.skip();
    }
    const archive = path.join(tree, "program.tar");
    git("archive", "--output", archive, earlier);
    execFileSync("tar", ["-xf", archive, "-C", tree]);
    takeModules(tree);
    project.take(tree);
    await Promise.all(
      Object.entries(stacks).map(async ([mode, config]) => {
        project.configure(`earlier-${mode}`, { ...config, namespace: namespaceOf(mode) });
        await project.init(`earlier-${mode}`);
        await project.up(`earlier-${mode}`);
      }),
    );
    project.take(checkout);
  });
  after(async () => {
    await Promise.all(
      Object.keys(stacks).map(async (mode) => {
        await project.destroy(`earlier-${mode}`).catch((error: unknown) => console.log(error));
        await kubectl("delete", "namespace", namespaceOf(mode), "--ignore-not-found");
      }),
    );
    project.remove();
    fs.rmSync(tree, { recursive: true, force: true });
  });

  for (const mode of Object.keys(stacks)) {
    it(`goes on with this one: of ${mode} nothing is made, replaced or deleted but what is named by its content`, async () => {
      const unchanged = git("diff", "--name-only", earlier, "--", ...program).length === 0;
      const stack = `earlier-${mode}`;
      const lines = await preview(project, stack, path.join(project.folder, `Pulumi.${stack}.yaml`));
      const steps = lines.flatMap((line) => {
        const [, op, things = ""] = /^(\S+) (.*)$/.exec(line)!;
        return things.split(", ").map((thing) => `${op} ${thing}`);
      });
      const inPlace = /^(update (StatefulSet|Deployment|CronJob)|replace ConfigMap) /;
      assert.deepEqual(
        steps.filter((step) => unchanged || !inPlace.test(step)),
        [],
      );
    });
  }
});
