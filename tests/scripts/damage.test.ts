import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { commandsIn, contentAt, DataFiles, flip, lastWhole, seeded, seedOfRun } from "../support/damage";
import { eventually } from "../support/eventually";
import { long } from "../support/long";
import { PodLab, type Pod } from "../support/pod-lab";

/** `make durability` takes the long form. */
const cases = long ? 50 : 4;

describe("pod scripts: damaged data files, alone", function () {
  this.timeout(cases * 30_000 + 300_000);
  let lab: PodLab;
  let pod: Pod;
  let files: DataFiles;
  const whole = () => path.join(lab.root, "whole");
  const random = seeded(seedOfRun);

  before(async () => {
    console.log(`      SEED=${seedOfRun}`);
    lab = await PodLab.create();
    pod = lab.standalone();
    files = new DataFiles(pod);
    pod.start();
    await pod.ready();
    await pod.with(async (client) => {
      for (let n = 0; n < 300; n++) await client.set(`base:${n}`, "b".repeat(1 + random(60)));
      await client.save();
      await files.rewrite();
      for (let n = 0; n < 400; n++) {
        if (n % 20 === 7)
          await client
            .multi()
            .set(`log:${n}:a`, "t".repeat(1 + random(30)))
            .set(`log:${n}:b`, "u")
            .exec();
        else await client.set(`log:${n}`, "v".repeat(1 + random(80)));
      }
    });
    assert.equal(await pod.stop(), 0);
    fs.cpSync(pod.file("data"), whole(), { recursive: true, preserveTimestamps: true });
  });
  beforeEach(() => {
    fs.rmSync(pod.file("data"), { recursive: true });
    fs.cpSync(whole(), pod.file("data"), { recursive: true, preserveTimestamps: true });
    pod.onDamage = "stop";
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await pod.kill();
  });
  after(() => lab.destroy());

  const again = async () => {
    await pod.kill();
    fs.rmSync(pod.file("data"), { recursive: true });
    fs.cpSync(whole(), pod.file("data"), { recursive: true, preserveTimestamps: true });
  };
  /** Starts it; whether it came up, or ended. */
  const outcome = async (): Promise<"ready" | "ended"> => {
    pod.start();
    return eventually(
      "ready, or ended",
      () => (!pod.running ? "ended" : pod.probe("redis-ready.sh").code === 0 && "ready"),
      { every: 30 },
    );
  };
  const content = () =>
    pod.with(async (client) => {
      const keys = await client.keys("*");
      return new Map(keys.length === 0 ? [] : (await client.mget(keys)).map((value, index) => [keys[index]!, value]));
    });
  const isThere = (found: Map<string, string | null>, expected: Map<string, string>, what: string) => {
    for (const [key, value] of expected) assert.equal(found.get(key), value, `${what}: ${key}`);
  };
  const assertStopped = async (pattern: RegExp) => {
    assert.equal(await outcome(), "ended", "it must not start");
    assert.equal(await pod.exit(), 1);
    assert.match(pod.terminationMessage, pattern);
    assert.match(pod.terminationMessage, /A repair would lose: .*"repair".*"restore".*"empty"/);
    await eventually("the log says it too", () => pod.output.includes(pod.terminationMessage.trim()));
  };

  it("costs a healthy start nothing: nothing is read in full, nothing set aside", async () => {
    assert.equal(await outcome(), "ready");
    assert.doesNotMatch(pod.output, /repair|seeding|removing|redis-check/);
    assert.deepEqual(files.setAside, []);
  });

  it(`cuts an unfinished end at ${cases} offsets: all whole commands are there, the file as it was is kept, the log says what was cut`, async () => {
    const original = fs.readFileSync(files.last);
    const commands = commandsIn(original);
    for (let n = 0; n < cases; n++) {
      await again();
      const size = 1 + random(original.length - 1);
      // Every other one as after a power cut: the file is as long as it was, and its end is empty.
      const zeros = n % 2 === 0 ? 0 : 1 + random(5000);
      fs.writeFileSync(files.last, Buffer.concat([original.subarray(0, size), Buffer.alloc(zeros)]));
      const what = `cut at ${size} of ${original.length}, ${zeros} zeros, SEED=${seedOfRun}`;
      assert.equal(await outcome(), "ready", `${what}\n${pod.output}`);
      const found = await content();
      const expected = contentAt(commands, size);
      isThere(found, expected, what);
      assert.equal(found.size, 300 + expected.size, what);
      const good = lastWhole(commands, size);
      if (good === size && zeros === 0) continue;
      await pod.says(
        new RegExp(
          `repair: ${path.basename(files.last)} ends with an unfinished command.*: ${size + zeros - good} bytes were cut, from offset ${good} on`,
        ),
      );
      const kept = path.join(files.setAside[0]!, path.basename(files.last));
      assert.ok(
        fs.readFileSync(kept).equals(Buffer.concat([original.subarray(0, size), Buffer.alloc(zeros)])),
        `${what}: the file as it was`,
      );
    }
  });

  it(`never loses silently what was not damaged: ${cases} flipped bytes in the middle of the log`, async () => {
    const log = fs.readFileSync(files.last);
    const commands = commandsIn(log);
    const everything = contentAt(commands, Infinity);
    const tally = { ready: 0, ended: 0 };
    for (let n = 0; n < cases; n++) {
      await again();
      // After the SELECT at its beginning: one flipped to another database would take all that follows there.
      const offset = commands[1]!.start + random(commands.at(-1)!.end - commands[1]!.start);
      const mask = 1 + random(255);
      flip(files.last, offset, mask);
      const hit = commands.find(({ start, end }) => start <= offset && offset < end)!;
      const what = `flip of ${mask} at ${offset}, in ${JSON.stringify(hit.words)}, SEED=${seedOfRun}`;
      const result = await outcome();
      tally[result]++;
      if (result === "ended") {
        assert.match(
          pod.terminationMessage,
          /stopped: appendonly\.aof\.2\.incr\.aof .*A repair would lose: .*/,
          `${what}\n${pod.output}`,
        );
        assert.deepEqual(files.setAside, [], what);
        continue;
      }
      const held = await content();
      // Redis does not look at line ends: a value whose length lost its own takes what follows for itself, and where
      // that happens to end with a whole command the file goes on as if nothing were wrong. Those commands are not
      // gone, they stand in the value.
      const swallowed = (key: string) =>
        commands.some(
          ({ start, end, words }) =>
            words[1] === key &&
            hit.words.some((word) => held.get(word)?.includes(log.toString("latin1", start, end - 2))),
        );
      const expected = new Map([...everything].filter(([key]) => !hit.words.includes(key) && !swallowed(key)));
      isThere(held, expected, `${what}\n${pod.output}`);
    }
    console.log(
      `      ${tally.ended} stopped, ${tally.ready} started: the flip was inside a value or a name, or in the very last command`,
    );
  });

  it("stops where a flipped length in the middle looks like an unfinished end: Redis would throw away all that follows", async () => {
    const commands = commandsIn(fs.readFileSync(files.last));
    const { start } = commands[200]!;
    const bytes = fs.readFileSync(files.last);
    const length = bytes.indexOf("$", bytes.indexOf("$", bytes.indexOf("$", start) + 1) + 1);
    fs.writeFileSync(
      files.last,
      Buffer.concat([bytes.subarray(0, length + 1), Buffer.from("99999"), bytes.subarray(length + 2)]),
    );
    await assertStopped(
      new RegExp(
        `appendonly\\.aof\\.2\\.incr\\.aof is damaged at offset ${start}\\. A repair would lose: \\d+ bytes of it, with the beginnings of \\d+ commands`,
      ),
    );
    assert.ok(fs.readFileSync(files.last).length > bytes.length, "untouched");
  });

  it(`stops on ${Math.ceil(cases / 2)} flipped bytes in the base, whose checksum tells`, async () => {
    const size = fs.statSync(files.base).size;
    for (let n = 0; n < Math.ceil(cases / 2); n++) {
      await again();
      const offset = random(size);
      flip(files.base, offset, 1 + random(255));
      assert.equal(await outcome(), "ended", `flip at ${offset}, SEED=${seedOfRun}\n${pod.output}`);
      assert.match(
        pod.terminationMessage,
        /stopped: appendonly\.aof\.2\.base\.rdb .*A repair would lose: everything written since the last RDB file/,
        `flip at ${offset}, SEED=${seedOfRun}\n${pod.output}`,
      );
    }
  });

  it("stops on a base that is cut off, and on an empty one, which Redis would load as nothing", async () => {
    const { base } = files;
    fs.truncateSync(base, Math.floor(fs.statSync(base).size / 2));
    await assertStopped(/base\.rdb is damaged .*at offset \d+/);
    fs.truncateSync(base, 0);
    await assertStopped(/base\.rdb is empty/);
  });

  it("stops where the manifest is missing: Redis would start empty beside the data files", async () => {
    fs.rmSync(files.manifest);
    await assertStopped(/appendonly\.aof\.manifest is missing beside the data files/);
  });

  it("stops where the manifest calls a live file history, which Redis would delete", async () => {
    fs.writeFileSync(files.manifest, fs.readFileSync(files.manifest, "utf8").replace("type i", "type h"));
    await assertStopped(/appendonly\.aof\.manifest is not a list of the data files/);
    assert.ok(fs.existsSync(path.join(files.folder, "appendonly.aof.2.incr.aof")));
  });

  it("stops where an incremental file is missing, and names it", async () => {
    fs.rmSync(files.last);
    await assertStopped(/appendonly\.aof\.2\.incr\.aof is missing, though the manifest names it/);
  });

  it("stops on a well-formed command that Redis does not know, which its checker takes for right", async () => {
    const bytes = fs.readFileSync(files.last);
    const { start } = commandsIn(bytes)[100]!;
    flip(files.last, bytes.indexOf("set", start), 0x01);
    await assertStopped(/appendonly\.aof\.2\.incr\.aof does not load \(Unknown command/);
  });

  it("ends with Redis's own message and code where nothing is damaged", async () => {
    fs.appendFileSync(pod.file("config/redis.conf"), "maxmemory-policy misspelt\n");
    try {
      assert.equal(await outcome(), "ended");
      assert.equal(await pod.exit(), 1);
      await pod.says(/FATAL CONFIG FILE ERROR/);
      assert.doesNotMatch(pod.output, /stopped:|repair:/);
    } finally {
      fs.writeFileSync(
        pod.file("config/redis.conf"),
        fs.readFileSync(pod.file("config/redis.conf"), "utf8").replace("maxmemory-policy misspelt\n", ""),
      );
    }
  });

  describe("persistence.onDamage", () => {
    it("repair: cuts at the last good command, says what was lost, and keeps the files as they were", async () => {
      const bytes = fs.readFileSync(files.last);
      const commands = commandsIn(bytes);
      const { start } = commands[250]!;
      flip(files.last, start, 0xff);
      const damaged = fs.readFileSync(files.last);
      pod.onDamage = "repair";
      assert.equal(await outcome(), "ready", pod.output);
      const found = await content();
      isThere(found, contentAt(commands, start), "before the damage");
      await pod.says(
        new RegExp(
          `repair: appendonly\\.aof\\.2\\.incr\\.aof is damaged at offset ${start}; lost: ${bytes.length - start} bytes of it`,
        ),
      );
      assert.ok(fs.readFileSync(path.join(files.setAside[0]!, "appendonly.aof.2.incr.aof")).equals(damaged));
    });

    it("repair: writes a missing manifest anew, and loses nothing", async () => {
      fs.rmSync(files.manifest);
      pod.onDamage = "repair";
      assert.equal(await outcome(), "ready", pod.output);
      const found = await content();
      isThere(found, contentAt(commandsIn(fs.readFileSync(files.last)), Infinity), "with a new manifest");
      assert.ok(found.has("base:0"));
    });

    it("repair: goes on without a missing incremental file", async () => {
      fs.rmSync(files.last);
      pod.onDamage = "repair";
      assert.equal(await outcome(), "ready", pod.output);
      assert.equal((await content()).size, 300);
    });

    it("repair: goes back to the last RDB file where the base is damaged", async () => {
      fs.truncateSync(files.base, 2000);
      pod.onDamage = "repair";
      assert.equal(await outcome(), "ready", pod.output);
      assert.equal((await content()).size, 300);
      await pod.says(/lost: everything written since the last RDB file[^]*seeding: done, 300 keys/);
    });

    it("repair: stops where nothing can be repaired, and does not start empty", async () => {
      fs.truncateSync(files.base, 2000);
      fs.rmSync(pod.file("data/dump.rdb"));
      pod.onDamage = "repair";
      assert.equal(await outcome(), "ended");
      assert.match(pod.terminationMessage, /cannot be repaired: there is no whole RDB file to go back to/);
    });

    it("empty: keeps everything aside and starts with nothing, and stays started when the choice is taken back", async () => {
      fs.rmSync(files.manifest);
      pod.onDamage = "empty";
      assert.equal(await outcome(), "ready", pod.output);
      assert.equal((await content()).size, 0);
      const [folder] = files.setAside;
      assert.ok(
        fs.existsSync(path.join(folder!, "appendonlydir/appendonly.aof.2.incr.aof")) &&
          fs.existsSync(path.join(folder!, "dump.rdb")),
      );
      await pod.with((client) => client.set("new", "yes"));
      await pod.stop();
      pod.onDamage = "stop";
      assert.equal(await outcome(), "ready", pod.output);
      assert.equal((await content()).get("new"), "yes");
    });

    it("restore: sets everything aside, and does not start empty while no archive is there", async () => {
      flip(files.base, 500, 1);
      pod.onDamage = "restore";
      assert.equal(await outcome(), "ended");
      assert.match(pod.terminationMessage, /no archive is there yet to be restored: delete the pod/);
      pod.start();
      assert.equal(await pod.exit(), 1);
      assert.match(pod.terminationMessage, /no archive is there yet/);
      // And back: what was set aside is put back.
      pod.onDamage = "repair";
      assert.equal(await outcome(), "ready", pod.output);
      assert.equal((await content()).size, 300);
    });
  });

  it("removes what an interrupted rewrite, save or copy left", async () => {
    const left = [
      "temp-77.rdb",
      "temp-rewriteaof-bg-77.aof",
      "temp-1700000000.77.rdb",
      "appendonlydir/temp-appendonly.aof.incr",
      "appendonlydir/temp-appendonly.aof.manifest",
    ];
    for (const name of left) fs.writeFileSync(pod.file(`data/${name}`), "half");
    assert.equal(await outcome(), "ready");
    for (const name of left) assert.ok(!fs.existsSync(pod.file(`data/${name}`)), name);
    await pod.says(/removing what an interrupted save or rewrite left/);
  });

  it("seeds from an RDB file alone, and a seeding that is killed at any moment ends with everything", async () => {
    for (let n = 0; n < Math.ceil(cases / 2); n++) {
      await pod.kill();
      pod.loseDisk();
      fs.copyFileSync(path.join(whole(), "dump.rdb"), pod.file("data/dump.rdb"));
      pod.start();
      await new Promise((resolve) => {
        setTimeout(resolve, random(600));
      });
      await pod.kill();
      assert.equal(await outcome(), "ready", pod.output);
      assert.equal((await content()).size, 300, pod.output);
      await pod.with((client) => client.set("after", "yes"));
      assert.equal(await pod.stop(), 0);
      assert.equal(await outcome(), "ready");
      assert.equal((await content()).size, 301);
      assert.doesNotMatch(pod.output, /seeding/);
    }
  });

  it("takes a first start that was killed at any moment for a first start", async () => {
    for (let n = 0; n < Math.ceil(cases / 2); n++) {
      await pod.kill();
      pod.loseDisk();
      pod.start();
      await new Promise((resolve) => {
        setTimeout(resolve, random(400));
      });
      await pod.kill();
      // Between the files and the manifest that names them lies no more than a millisecond.
      if (n === 0) fs.rmSync(files.manifest, { force: true });
      assert.equal(await outcome(), "ready", pod.output);
      assert.deepEqual(files.setAside, []);
    }
  });

  it("writes and loads with a volume full of other people's folders", () => {
    execFileSync("mkdir", ["-p", pod.file("data/lost+found")]);
    return outcome().then((result) => {
      assert.equal(result, "ready");
    });
  });
});
