import assert from "node:assert/strict";
import { parseInfo, parseSentinelMasters } from "../../operate/status/replies";

const info = (lines: Record<string, string | number>) =>
  `# Server\r\nredis_version:8.0.2\r\n${Object.entries(lines)
    .map(([name, value]) => `${name}:${value}`)
    .join("\r\n")}\r\n`;

describe("status: what a Redis says of itself", () => {
  it("is not believed when it is an error: redis-cli exits with 0 on one", () => {
    assert.equal(parseInfo("NOAUTH Authentication required.\n"), undefined);
    assert.equal(parseInfo(""), undefined);
  });

  it("sums the keys of all databases, and reads none as 0", () => {
    assert.equal(
      parseInfo(info({ role: "master", db0: "keys=3,expires=0,avg_ttl=0", db7: "keys=40,expires=1,avg_ttl=9" }))?.keys,
      43,
    );
    assert.equal(parseInfo(info({ role: "master" }))?.keys, 0);
  });

  it("takes a replica's place in the stream from what it received, not from what it would offer others", () => {
    const view = parseInfo(
      info({
        role: "slave",
        master_link_status: "up",
        master_last_io_seconds_ago: 1,
        slave_repl_offset: 900,
        master_repl_offset: 950,
      }),
    );
    assert.equal(view?.offset, 900);
    assert.equal(view?.linkUp, true);
    assert.equal(view?.silentSeconds, 1);
  });

  it("does not show Redis's -1 for `no link yet` as a second of lag", () => {
    const view = parseInfo(
      info({
        role: "slave",
        master_link_status: "down",
        master_last_io_seconds_ago: -1,
        master_link_down_since_seconds: 12,
        master_sync_in_progress: 1,
      }),
    );
    assert.equal(view?.silentSeconds, undefined);
    assert.equal(view?.downSeconds, 12);
    assert.equal(view?.syncing, true);
  });

  it("has what the pod got of its kernel, and does without where the pod's scripts do not tell", () => {
    const view = parseInfo(
      `${info({ role: "master" })}# Kernel\nkernel_net.core.somaxconn:right:4096:at least 1024\nkernel_transparent huge pages:wrong:madvise:never\n`,
    );
    assert.deepEqual(view?.kernel, [
      { name: "net.core.somaxconn", value: "4096", wanted: "at least 1024", right: true },
      { name: "transparent huge pages", value: "madvise", wanted: "never", right: false },
    ]);
    assert.deepEqual(parseInfo(info({ role: "master" }))?.kernel, []);
  });

  it("has how full its volume is, and whether its data files were damaged", () => {
    const view = parseInfo(
      `${info({ role: "master" })}# Disk\ndisk_percent:83\ndisk_free:100\ndisk_size:1000\ndisk_damaged:appendonly.aof.1.base.rdb is damaged: CRC\n`,
    );
    assert.deepEqual(view?.disk, { percent: 83, size: 1000 });
    assert.equal(view?.damaged, "appendonly.aof.1.base.rdb is damaged: CRC");
    assert.equal(parseInfo(info({ role: "master" }))?.disk, undefined);
  });

  it("notices a disk that takes no more writes", () => {
    const view = parseInfo(
      info({
        role: "master",
        aof_last_write_status: "err",
        aof_last_bgrewrite_status: "ok",
        rdb_last_bgsave_status: "err",
      }),
    );
    assert.deepEqual(view?.diskTrouble, ["AOF writes fail", "the last RDB save failed"]);
  });
});

describe("status: what a sentinel says of its master", () => {
  const record = (name: string, ip: string) => [
    "name",
    name,
    "ip",
    ip,
    "port",
    "6379",
    "flags",
    "s_down,master,o_down",
    "num-slaves",
    "2",
    "num-other-sentinels",
    "2",
    "quorum",
    "2",
  ];

  it("is read from names and values on alternate lines, an empty value included", () => {
    const view = parseSentinelMasters(
      [
        "name",
        "redis",
        "ip",
        "10.0.0.1",
        "runid",
        "",
        "flags",
        "master",
        "num-slaves",
        "2",
        "num-other-sentinels",
        "1",
        "quorum",
        "2",
        "",
      ].join("\n"),
    );
    assert.deepEqual(view, {
      master: "redis",
      address: "10.0.0.1",
      flags: [],
      replicas: 2,
      otherSentinels: 1,
      quorum: 2,
    });
  });

  it("keeps its judgement of the master, without the word master", () => {
    assert.deepEqual(parseSentinelMasters(record("redis", "10.0.0.1").join("\n"))?.flags, ["s_down", "o_down"]);
  });

  it("does not mix a second master's address into the first one's", () => {
    assert.equal(
      parseSentinelMasters([...record("redis", "10.0.0.1"), ...record("other", "10.0.0.9")].join("\n"))?.address,
      "10.0.0.1",
    );
  });

  it("is nothing when there is no master, or an error", () => {
    assert.equal(parseSentinelMasters("\n"), undefined);
    assert.equal(parseSentinelMasters("NOAUTH Authentication required."), undefined);
  });
});
