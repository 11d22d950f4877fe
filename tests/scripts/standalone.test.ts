import assert from "node:assert/strict";
import * as fs from "node:fs";
import { eventually, sleep } from "../support/eventually";
import { PodLab, type Pod } from "../support/pod-lab";

describe("pod scripts: standalone on a real Redis process", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let pod: Pod;

  const start = async (settings: Record<string, string> = {}) => {
    lab = await PodLab.create({ settings });
    pod = lab.standalone();
    await ready();
  };
  const ready = async () => {
    pod.start();
    await pod.ready();
  };
  afterEach(() => lab.destroy());

  it("has both the append-only file and RDB on, and keeps every write over a stop", async () => {
    await start();
    const config = (await pod.with((client) => client.config("GET", "append*", "save", "dir"))) as string[];
    assert.equal(config[config.indexOf("appendonly") + 1], "yes");
    assert.equal(config[config.indexOf("appendfsync") + 1], "everysec");
    assert.equal(config[config.indexOf("save") + 1], "3600 1 300 100 60 10000");
    await pod.with((client) => client.mset("a", "1", "b", "2"));
    assert.equal(await pod.stop(), 0);
    await ready();
    assert.deepEqual(await pod.with((client) => client.mget("a", "b")), ["1", "2"]);
    assert.doesNotMatch(
      pod.output,
      /the pod before this one still runs/,
      "nothing of a pod that stopped holds its volume",
    );
  });

  it("loses at most a second of writes in a power cut", async () => {
    await start();
    await pod.with((client) => client.set("old", "kept"));
    await sleep(1500);
    await pod.kill();
    await ready();
    assert.equal(await pod.with((client) => client.get("old")), "kept");
  });

  it("starts with none of Redis's own kernel warnings but those of the machine", async () => {
    await start();
    assert.doesNotMatch(pod.output, /TCP backlog setting .* cannot be enforced/);
    assert.doesNotMatch(pod.output, /Warning: no config file/);
  });

  it("is alive but not ready while it loads, so that nobody is sent to it and nobody restarts it", async () => {
    await start({ "key-load-delay": "200" });
    await pod.with((client) => client.eval("for n = 1, 40000 do redis.call('SET', 'key:' .. n, 'x') end", 0));
    await pod.stop();
    pod.start();
    await eventually("loading", async () => (await pod.info("persistence")).loading === "1", { every: 20 });
    assert.equal(pod.probe("alive.sh", "6379").code, 0);
    const { code, output } = pod.probe("redis-ready.sh");
    assert.equal(code, 1);
    assert.match(output, /loading 1/);
  });

  it("is neither alive nor ready when the process hangs, and when its password is not ours", async () => {
    await start();
    assert.equal(pod.probe("alive.sh", "6399").code, 1);
    assert.match(pod.probe("alive.sh", "6399").output, /answered with: nothing/);
    await pod.with((client) => client.config("SET", "requirepass", "another-password-altogether"));
    // redis-cli exits with 0 on this error reply: only reading it tells.
    assert.equal(pod.probe("redis-ready.sh").code, 1);
    assert.equal(pod.probe("alive.sh", "6379").code, 1);
  });

  it("keeps the password out of every file that is not its own", async () => {
    await start();
    assert.equal(fs.statSync(pod.file("run/redis.conf")).mode & 0o077, 0);
  });
});
