import assert from "node:assert/strict";
import { turnsBefore } from "../../components/redis/rules/cron";
import { describeList, parseList } from "../../operate/archives/list";
import { archiveTrouble, drillTrouble } from "../../operate/status/archive";

describe("make archives", () => {
  const log = [
    "hourly 2026-11-25T07-00-12Z 2048 checked 100 8.0.2 redis-1",
    "hourly 2026-11-25T08-00-12Z 1024 unchecked - - -",
    "daily 2026-11-24T23-00-00Z 4096 damaged 100 8.0.2 redis-2",
    "2026-11-25T08:00:00Z something else",
    "",
  ].join("\n");
  const now = Date.parse("2026-11-25T08:30:12Z");

  it("shows time, age, size and state, the latest first, and takes no other line of the log for an archive", () => {
    const text = describeList(parseList(log), now);
    assert.deepEqual(
      text
        .split("\n")
        .slice(0, 4)
        .map((line) => line.split(/ {2,}/)),
      [
        ["KIND", "ARCHIVE", "AGE", "SIZE", "KEYS", "REDIS", "FROM", "STATE"],
        ["hourly", "2026-11-25T08-00-12Z", "30 min", "1.0 kB", "-", "-", "-", "unchecked"],
        ["hourly", "2026-11-25T07-00-12Z", "90 min", "2.0 kB", "100", "8.0.2", "redis-1", "checked"],
        ["daily", "2026-11-24T23-00-00Z", "10 h", "4.0 kB", "100", "8.0.2", "redis-2", "damaged"],
      ],
    );
  });

  it("counts neither one that is not checked nor one that is not as large as it was", () => {
    assert.match(describeList(parseList(log), now), /1 of 3 count; the last is 2026-11-25T07-00-12Z, 90 min old$/);
  });

  it("says how to take the first", () => assert.match(describeList([], now), /no archive yet: make archive/));
});

describe("status: archives", () => {
  const at = (iso: string) => Date.parse(`2026-11-${iso}:00Z`);
  const job = { since: at("01T00:00"), suspended: false, atWork: false };

  it("is content while the turn that is due may be at work, and not when the one before it brought nothing either", () => {
    const hourly = { ...job, schedule: "0 * * * *", lastSuccess: at("25T07:01") };
    assert.equal(archiveTrouble(hourly, at("25T08:10")), undefined);
    assert.equal(archiveTrouble(hourly, at("25T08:59")), undefined);
    assert.equal(archiveTrouble(hourly, at("25T09:01")), "the last archive is 2 h old");
  });

  it("does not take a schedule that rests over the weekend for one that failed", () => {
    const weekdays = { ...job, schedule: "0 6 * * 1-5", lastSuccess: at("20T06:01") };
    assert.equal(archiveTrouble(weekdays, at("23T05:59")), undefined, "from Friday to Monday");
    assert.match(archiveTrouble(weekdays, at("24T06:01"))!, /4 days old/);
  });

  it("gives the first one time, and then says that there never was one", () => {
    const fresh = { ...job, schedule: "0 * * * *", since: at("25T07:30") };
    assert.equal(archiveTrouble(fresh, at("25T08:10")), undefined);
    assert.equal(archiveTrouble(fresh, at("25T09:10")), "nothing was ever archived");
  });

  it("tells of a drill that failed at once, and of one that is at work, was done by hand meanwhile, or is switched off nothing", () => {
    const weekly = { ...job, schedule: "30 4 * * 0", lastBegun: at("22T04:30"), lastSuccess: at("15T04:32") };
    assert.equal(drillTrouble(weekly, at("22T05:00")), "the last restore drill failed");
    assert.equal(drillTrouble({ ...weekly, atWork: true }, at("22T04:31")), undefined);
    assert.equal(drillTrouble({ ...weekly, lastSuccess: at("23T09:00") }, at("25T05:00")), undefined);
    assert.equal(drillTrouble({ ...weekly, suspended: true }, at("25T05:00")), undefined);
    assert.equal(
      drillTrouble({ ...weekly, lastBegun: undefined, lastSuccess: at("02T04:00") }, at("25T05:00")),
      "the last restore drill that succeeded was 23 days ago",
    );
    assert.equal(
      drillTrouble({ ...weekly, lastBegun: undefined, lastSuccess: undefined }, at("25T05:00")),
      "no restore drill ever succeeded",
    );
  });

  const turns: [string, string, string[]][] = [
    ["*/15 * * * *", "25T07:20", ["25T07:15", "25T07:00", "25T06:45"]],
    ["5 4 1 * mon", "25T07:20", ["23T04:05", "16T04:05", "09T04:05"]],
    ["0 3/6 * nov *", "25T07:20", ["25T03:00", "24T21:00", "24T15:00"]],
  ];
  for (const [schedule, before, expected] of turns)
    it(`knows when ${schedule} was due`, () =>
      assert.deepEqual(turnsBefore(schedule, at(before), 3), expected.map(at)));
});
