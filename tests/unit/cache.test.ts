import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { cached, type Recipe } from "../../lib/cache";

describe("the build cache", () => {
  let root: string;
  let builds: number;
  const recipe = (build: Partial<Recipe> = {}): Recipe => ({
    title: "A test of the cache",
    key: "thing-1.0.0",
    build: (dir) => {
      builds++;
      fs.writeFileSync(path.join(dir, "program"), "built");
      return Promise.resolve();
    },
    ...build,
  });
  const make = (build?: Partial<Recipe>) => cached(recipe(build), root);

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-cache-"));
    builds = 0;
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  it("builds once, and anew when what decides the result has changed", async () => {
    await make();
    await make();
    assert.equal(builds, 1);
    await make({ inputs: { flags: "-s" } });
    assert.equal(builds, 2);
  });

  it("does not take a build that was cut off half-way for a finished one", async () => {
    await assert.rejects(
      make({
        build: (dir) => {
          fs.writeFileSync(path.join(dir, "program"), "half");
          throw new Error("cut off");
        },
      }),
      /cut off/,
    );
    assert.deepEqual(fs.readdirSync(root), []);
    // As a power cut leaves it: the folder is there, the note of its end is not.
    fs.mkdirSync(path.join(root, "thing-1.0.0"));
    fs.writeFileSync(path.join(root, "thing-1.0.0", "program"), "half");
    // And as a killed build does: its folder under the number of a process that is gone.
    fs.mkdirSync(path.join(root, "thing-1.0.0.partial-4194305"));
    assert.equal(fs.readFileSync(path.join(await make(), "program"), "utf8"), "built");
    assert.deepEqual(fs.readdirSync(root), ["thing-1.0.0"]);
  });

  it("leaves alone what another build of the same is still at, the folders beside it included", async () => {
    const others = [`thing-1.0.0.partial-${process.ppid}`, `thing-1.0.0.partial-${process.ppid}.apt`];
    for (const name of others) fs.mkdirSync(path.join(root, name));
    await make();
    assert.deepEqual(fs.readdirSync(root).sort(), ["thing-1.0.0", ...others]);
  });

  it("does not use a file that was changed, or is gone", async () => {
    const dir = await make();
    fs.writeFileSync(path.join(dir, "program"), "damaged");
    assert.equal(fs.readFileSync(path.join(await make(), "program"), "utf8"), "built");
    fs.rmSync(path.join(dir, "program"));
    await make();
    assert.equal(builds, 3);
  });

  it("says that the disk is full, rather than showing a compiler's last words", async () => {
    const full = () => Promise.reject(new Error("link: write $WORK/b001/exe/a.out: no space left on device"));
    await assert.rejects(make({ build: full }), /The disk is full: .* free while building/);
  });
});
