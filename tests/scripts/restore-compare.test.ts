import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { Archives, everyKind } from "../support/archives";
import { eventually, sleep } from "../support/eventually";
import { labPassword, PodLab, type Pod } from "../support/pod-lab";

const name = "2026-11-25T07-00-13Z";

describe("pod scripts: an archive held beside a running Redis", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let archives: Archives;
  let pod: Pod;
  let made: { rdb: Buffer; keys: number };

  beforeEach(async () => {
    lab = await PodLab.create();
    archives = await Archives.create(lab);
    pod = lab.standalone();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await lab.destroy();
  });

  const archived = async (fill = (client: Parameters<typeof everyKind>[0]) => everyKind(client, "archived")) => {
    made = await archives.make(fill);
    archives.put(name, made.rdb, made);
  };
  const restored = async () => {
    pod.restore = { from: "latest", root: archives.root };
    pod.start();
    await pod.ready();
  };
  /** The two containers of the drill's pod, in turn; what they said, and the last line of it. */
  const compare = (purpose: "drill" | "restored", env: Record<string, string> = {}) => {
    const work = "/pods/drill/work";
    fs.rmSync(path.join(lab.root, work), { recursive: true, force: true });
    fs.mkdirSync(path.join(lab.root, work), { recursive: true });
    const variables = {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      POD_NAME: "drill",
      WORK: work,
      REDISCLI_AUTH: labPassword,
      REDIS_HOST: pod.address,
      LOCAL: pod.address.replace(/\d+$/, "50"),
      ARCHIVE_ROOT: archives.root,
      RCLONE_CONFIG: "/dev/null",
      RCLONE_CONFIG_ARCHIVE_TYPE: "local",
      ...env,
    };
    const { status, stdout, stderr } = spawnSync(
      "/usr/sbin/chroot",
      [lab.root, "/bin/sh", "-c", `sh /scripts/drill-fetch.sh && exec sh /scripts/restore-compare.sh ${purpose}`],
      { env: variables, encoding: "utf8" },
    );
    const output = stdout + stderr;
    return { code: status, output, lastLine: output.trimEnd().split("\n").pop()!.replace(/^\S+ /, "") };
  };

  it("finds a restored Redis the same, key for key and value for value, though encodings and times to live differ", async () => {
    await archived();
    await restored();
    // Encodings that depend on history, not on the value; a time to live is not a value.
    await pod.with(async (client) => {
      await client.config(
        "SET",
        "hash-max-listpack-entries",
        "1",
        "set-max-intset-entries",
        "0",
        "zset-max-listpack-entries",
        "0",
      );
      await client.call("DEBUG", "RELOAD").catch(() => undefined);
      await client.expire("expires:0", 7200);
    });
    const { code, lastLine } = compare("restored");
    assert.equal(code, 0, lastLine);
    assert.match(
      lastLine,
      new RegExp(
        `^restored: ${name}: ${made.keys} keys, as archived, and the values of (19\\d|20\\d) sampled keys are the same$`,
      ),
    );
  });

  const differences: [string, (pod: Pod) => Promise<unknown>, RegExp][] = [
    [
      "a key is missing",
      (other) => other.with((client) => client.del("mark")),
      /holds \d+ keys, and the archive \d+ that have not expired/,
    ],
    [
      "a key is one too many",
      (other) => other.with((client) => client.set("new", "1")),
      /holds \d+ keys, and the archive \d+ that have not expired/,
    ],
    [
      "a function library is not there",
      (other) => other.with((client) => client.call("FUNCTION", "FLUSH")),
      /the function libraries of \S+ are not those of the archive/,
    ],
    [
      "values are others",
      (other) =>
        other.with(async (client) => {
          for (let n = 0; n < 300; n++) await client.append(`string:${n}`, ".");
        }),
      /have another value in/,
    ],
    [
      "one element of a list has another place",
      (other) =>
        other.with(async (client) => {
          for (let n = 1; n < 50; n++) await client.lmove(`list:${n}`, `list:${n}`, "LEFT", "RIGHT");
        }),
      /have another value in/,
    ],
  ];
  for (const [difference, make, said] of differences) {
    it(`finds a restored Redis another one where ${difference}`, async () => {
      await archived();
      await restored();
      await make(pod);
      const { code, lastLine } = compare("restored");
      assert.equal(code, 1);
      assert.match(lastLine, said);
    });
  }

  it("does not take keys whose time came since the archive was made for a loss", async () => {
    await archived(async (client) => {
      await everyKind(client, "archived");
      for (let n = 0; n < 50; n++) await client.set(`brief:${n}`, "x", "PX", 1500);
    });
    await sleep(1600);
    await restored();
    const { code, lastLine } = compare("restored");
    assert.equal(code, 0, lastLine);
    assert.match(
      lastLine,
      new RegExp(`: ${made.keys - 50} keys, as archived \\(of ${made.keys}, the others have expired\\)`),
    );
  });

  it("drill: says in one line what the latest archive came to, and what has changed since", async () => {
    await archived();
    await restored();
    await pod.with(async (client) => {
      for (let n = 0; n < 150; n++) await client.set(`string:${n}`, "changed");
      await client.del(...Array.from({ length: 50 }, (_, n) => `set:${n}`));
    });
    const { code, lastLine } = compare("drill");
    assert.equal(code, 0, lastLine);
    const found = new RegExp(
      `^drill: ${name} restored: ${made.keys} keys, \\S+ of memory, in \\d+ s; of (\\d+) sampled keys (\\d+) are the same in Redis now, (\\d+) have changed since, (\\d+) are gone$`,
    ).exec(lastLine);
    assert.ok(found, lastLine);
    const [sampled, same, changed, gone] = found.slice(1).map(Number);
    assert.ok(
      sampled! > 190 && same! + changed! + gone! === sampled && changed! > 0 && gone! > 0 && same! > 0,
      lastLine,
    );
  });

  it("drill: needs no Redis that runs", async () => {
    await archived();
    const { code, lastLine } = compare("drill");
    assert.equal(code, 0, lastLine);
    assert.match(lastLine, /keys, \S+ of memory, in \d+ s; Redis itself does not answer now/);
  });

  it("drill: fails on an archive that is not what it was, that is not loaded, that holds other keys than it should, and on none at all", async () => {
    const none = compare("drill");
    assert.equal(none.code, 1);
    assert.match(none.lastLine, /FAILED: there is no archive in/);

    await archived();
    fs.appendFileSync(archives.file(name), "x");
    const damaged = compare("drill");
    assert.equal(damaged.code, 1);
    assert.match(damaged.lastLine, new RegExp(`FAILED: archive ${name} is damaged`));

    archives.put(name, Buffer.concat([Buffer.from("REDIS9999"), made.rdb.subarray(9)]), made);
    const unreadable = compare("drill");
    assert.equal(unreadable.code, 1);
    assert.match(
      unreadable.lastLine,
      new RegExp(`drill: ${name}: FAILED: it cannot be loaded: Can't handle RDB format version 9999`),
    );

    archives.put(name, made.rdb, { keys: made.keys + 1 });
    const other = compare("drill");
    assert.equal(other.code, 1);
    assert.match(
      other.lastLine,
      new RegExp(`FAILED: it holds ${made.keys} keys once loaded, and held ${made.keys + 1} when it was archived`),
    );
  });

  it("leaves nothing running behind, which would keep its container from ending", async () => {
    await archived();
    compare("drill");
    await eventually(
      "the throw-away is gone",
      () =>
        !execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).includes(
          `${pod.address.replace(/\d+$/, "50")}:6390`,
        ),
    );
  });
});
