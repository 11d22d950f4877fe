import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ArchiveLab, at, hoursAfter, named } from "../support/archive-lab";
import { long } from "../support/long";
import { PodLab } from "../support/pod-lab";

describe("archive: what is kept", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let archive: ArchiveLab;
  before(async () => {
    lab = await PodLab.create();
    archive = await ArchiveLab.create(lab);
  });
  beforeEach(() => fs.rmSync(archive.volume, { recursive: true, force: true }));
  after(() => lab.destroy());

  const run = async (iso: string, more: Record<string, string> = {}) => {
    const ended = await archive
      .job()
      .lay(named(iso))
      .store(undefined, { ...at(iso), ...more });
    assert.equal(ended.code, 0, ended.output);
    return ended;
  };

  it("keeps the latest 24 over 26 hours, and of each day the last one", async () => {
    const start = "2026-11-25T07:00:12Z";
    const hours = Array.from({ length: 26 }, (_, hour) => hoursAfter(start, hour));
    // In the long form every hour is a job of its own.
    const laid = long ? [] : hours.slice(0, 22);
    for (const hour of laid) archive.lay("hourly", named(hour));
    for (const hour of laid.slice(16, 17)) archive.lay("daily", named(hour));
    for (const hour of hours.slice(laid.length)) await run(hour);
    assert.deepEqual(archive.whole("hourly"), hours.slice(2).map(named));
    assert.deepEqual(
      archive.files("daily"),
      [named("2026-11-25T23:00:12Z"), named("2026-11-26T08:00:12Z")].flatMap((name) => [
        `${name}.rdb`,
        `${name}.rdb.checked`,
      ]),
    );
  });

  it("keeps 30 days of 32, each with one archive", async () => {
    const start = "2026-10-01T23:00:00Z";
    const days = Array.from({ length: 32 }, (_, day) => hoursAfter(start, 24 * day));
    const laid = long ? 0 : 30;
    for (const day of days.slice(0, laid)) archive.lay("daily", named(day));
    for (const day of days.slice(laid)) await run(day);
    assert.deepEqual(archive.whole("daily"), days.slice(2).map(named));
  });

  it("counts archives, not hours: after a pause of weeks the ones before it are still there", async () => {
    const before = Array.from({ length: 5 }, (_, hour) => hoursAfter("2026-10-01T07:00:00Z", hour));
    for (const hour of before) archive.lay("hourly", named(hour));
    archive.lay("daily", named(before[4]!));
    await run("2026-11-25T07:00:12Z");
    assert.equal(archive.whole("hourly").length, 6);
    assert.equal(archive.whole("daily").length, 2);
  });

  it("lets neither the one just made go nor the ones before it, for one whose clock was ahead, and says so", async () => {
    for (const month of ["01", "02", "03"]) archive.lay("hourly", `2030-${month}-01T00-00-00Z`);
    archive.lay("daily", "2030-01-01T00-00-00Z");
    archive.lay("hourly", "2026-11-25T06-00-00Z");
    const { output } = await run("2026-11-25T07:00:12Z", { HOURLY: "2", DAILY: "1" });
    assert.deepEqual(
      archive.whole("hourly").filter((name) => name < "2030"),
      ["2026-11-25T06-00-00Z", "2026-11-25T07-00-12Z"],
    );
    assert.deepEqual(archive.whole("daily"), ["2026-11-25T07-00-12Z", "2030-01-01T00-00-00Z"]);
    assert.equal(
      archive.whole("hourly").length,
      5,
      "the ones from the future are kept too: they may be the only good ones",
    );
    assert.match(output, /WARNING: from the future: hourly\/2030-03-01T00-00-00Z .*a clock is wrong/);
  });

  it("lets nothing go that is older where its own clock is behind", async () => {
    for (let day = 10; day < 20; day++) archive.lay("daily", `2026-11-${day}T23-00-00Z`);
    await run("2020-01-01T00:00:00Z", { HOURLY: "1", DAILY: "1" });
    assert.equal(archive.whole("daily").length, 11);
  });

  it("removes what a job that was cut off left, when it is a day old and not before, and touches nothing that is not an archive", async () => {
    archive.lay("hourly", "2026-11-24T06-00-00Z", { checked: false });
    archive.lay("hourly", "2026-11-25T06-00-00Z", { checked: false });
    for (const file of [
      "2026-11-20T06-00-00Z.rdb.checked",
      "2026-11-20T05-00-00Z.rdb.redis-archive-x",
      "by-hand.rdb",
      "notes.txt",
    ])
      fs.writeFileSync(path.join(archive.folder("hourly"), file), "x");
    await run("2026-11-25T07:00:12Z");
    assert.deepEqual(archive.files("hourly"), [
      "2026-11-25T06-00-00Z.rdb",
      "2026-11-25T07-00-12Z.rdb",
      "2026-11-25T07-00-12Z.rdb.checked",
      "by-hand.rdb",
      "notes.txt",
    ]);
  });

  it("does not count one that was never read back among those that are kept", async () => {
    archive.lay("hourly", "2026-11-25T05-00-00Z");
    archive.lay("hourly", "2026-11-25T06-00-00Z", { checked: false });
    await run("2026-11-25T07:00:12Z", { HOURLY: "2" });
    assert.deepEqual(archive.whole("hourly"), ["2026-11-25T05-00-00Z", "2026-11-25T07-00-12Z"]);
  });

  it("lets nothing count that does not read back as it was written, of the same size or not", async () => {
    for (const damage of ["x", `archive of ${named("2026-11-25T07:00:12Z")}`.replace("a", "b")]) {
      const job = archive.job().lay(named("2026-11-25T07:00:12Z"));
      // A store that takes what it is given, says so, and keeps something else.
      const wrapper = path.join(job.work, "rclone");
      fs.writeFileSync(
        wrapper,
        `#!/bin/sh\n/usr/local/bin/rclone "$@" || exit $?\ncase "$*" in copyto*.rdb) printf '${damage}' >"/archive/redis-lab/redis/hourly/${named("2026-11-25T07:00:12Z")}.rdb" ;; esac\n`,
        { mode: 0o755 },
      );
      const { code, lastLine, output } = await job.store(undefined, {
        ...at("2026-11-25T07:00:12Z"),
        PATH: `/work/${job.name}:/usr/local/bin:/usr/bin:/bin`,
      });
      assert.notEqual(code, 0, output);
      assert.match(lastLine, /FAILED: hourly\/2026-11-25T07-00-12Z\.rdb does not read back as it was written/);
      assert.deepEqual([...archive.files("hourly"), ...archive.files("daily")], []);
    }
  });

  it("lets go of what is too many before it writes, where fewer are to be kept from now on", async () => {
    for (let hour = 10; hour < 20; hour++) archive.lay("hourly", `2026-11-24T${hour}-00-00Z`);
    const { output } = await run("2026-11-25T07:00:12Z", { HOURLY: "3" });
    assert.ok(output.indexOf("removed from hourly") < output.indexOf("is there"), output);
    assert.deepEqual(archive.whole("hourly"), ["2026-11-24T18-00-00Z", "2026-11-24T19-00-00Z", "2026-11-25T07-00-12Z"]);
  });

  it("gives two jobs of the same second a name each, and both are whole", async () => {
    const iso = "2026-11-25T07:00:12Z";
    const jobs = ["redis-archive-a", "redis-archive-b", "redis-archive-c"].map((name) =>
      archive.job(name).lay(named(iso), `by ${name}`),
    );
    const ended = await Promise.all(jobs.map((job) => job.store(undefined, at(iso))));
    for (const { code, output } of ended) assert.equal(code, 0, output);
    const contents = archive
      .whole("hourly")
      .map((name) => fs.readFileSync(path.join(archive.folder("hourly"), `${name}.rdb`), "utf8"));
    assert.deepEqual(contents.sort(), ["by redis-archive-a", "by redis-archive-b", "by redis-archive-c"]);
    assert.equal(archive.files("hourly").length, 6, "no mark is left");
  });
});
