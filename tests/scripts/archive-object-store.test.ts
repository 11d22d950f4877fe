import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { ArchiveLab, at, named } from "../support/archive-lab";
import { printTime } from "../support/eventually";
import { breakingWay, ObjectStore, refusingStore } from "../support/object-store";
import { PodLab } from "../support/pod-lab";

describe("archive: to an object store", function () {
  this.timeout(600_000);
  let lab: PodLab;
  let archive: ArchiveLab;
  let store: ObjectStore;
  const root = "redis-lab/redis";
  before(async () => {
    lab = await PodLab.create();
    archive = await ArchiveLab.create(lab);
    store = await ObjectStore.start();
  });
  after(async () => {
    await store.stop();
    await lab.destroy();
  });

  /** A failed job leaves nothing that counts, exits with an error, and says last what went wrong. */
  const assertFailed = (
    { code, output, lastLine }: { code: number | null; output: string; lastLine: string },
    reason: RegExp,
  ) => {
    assert.notEqual(code, 0, output);
    assert.match(lastLine, /FAILED: /, output);
    assert.match(lastLine, reason, output);
  };

  it("is there with what is known of it, hourly and daily, and is listed as checked", async () => {
    const iso = "2026-11-25T07:00:12Z";
    const { code, output, lastLine } = await archive.job().lay(named(iso)).store(store.destination(), at(iso));
    assert.equal(code, 0, output);
    assert.match(lastLine, /archived: 2026-11-25T07-00-12Z .*1 hourly, 1 daily/);
    assert.deepEqual(
      store.objects(root),
      ["daily", "hourly"].flatMap((folder) => [`${folder}/${named(iso)}.rdb`, `${folder}/${named(iso)}.rdb.checked`]),
    );
    const listed = await archive.job().atStore("archive-list.sh", store.destination());
    assert.match(listed.output, /^hourly 2026-11-25T07-00-12Z 31 checked 1 8\.0\.2 redis-1$/m);
  });

  it("says that the keys are wrong, and shows none", async () => {
    const ended = await archive
      .job()
      .lay("2026-11-25T08-00-00Z")
      .store(store.destination({ secretAccessKey: "not-the-secret-of-the-store" }));
    assertFailed(ended, /does not know these credentials \(archive\.s3\.accessKeyId, secretAccessKey\)/);
    assert.doesNotMatch(ended.output, /not-the-secret/);
  });

  it("says that there is no such bucket", async () => {
    assertFailed(
      await archive
        .job()
        .lay("2026-11-25T08-00-00Z")
        .store(store.destination({ name: "no-such-bucket" })),
      /no such bucket/,
    );
  });

  it("says that the store is down", async () => {
    assertFailed(
      await archive
        .job()
        .lay("2026-11-25T08-00-00Z")
        .store(store.destination({ endpoint: "http://127.0.0.1:1" })),
      /does not answer/,
    );
  });

  for (const [status, code, reason] of [
    [403, "AccessDenied", /refuses access/],
    [503, "ServiceUnavailable", /does not answer/],
    [507, "InsufficientStorage", /destination is full/],
  ] as const) {
    it(`says that the store answers ${status}, and gives up`, async () => {
      const refusing = await refusingStore(status, code);
      const from = Date.now();
      try {
        assertFailed(
          await archive
            .job()
            .lay("2026-11-25T08-00-00Z")
            .store(store.destination({ endpoint: refusing.endpoint })),
          reason,
        );
      } finally {
        refusing.stop();
      }
      printTime("gave up", from, 60);
    });
  }

  it("counts no upload that was cut off half-way, and the next job is not held up by it", async () => {
    const content = randomBytes(2_000_000);
    const way = await breakingWay(store.endpoint, 1_000_000);
    try {
      assertFailed(
        await archive
          .job()
          .lay("2026-11-25T09-00-00Z", content)
          .store(store.destination({ endpoint: way.endpoint }), at("2026-11-25T09:00:00Z")),
        /uploading to .*broke off/,
      );
    } finally {
      way.stop();
    }
    assert.deepEqual(
      store.objects(root).filter((name) => name.includes("T09-")),
      [],
    );
    const next = await archive
      .job()
      .lay("2026-11-25T09-00-30Z", content)
      .store(store.destination(), at("2026-11-25T09:00:30Z"));
    assert.equal(next.code, 0, next.output);
  });

  it("says that the store is full, and keeps what was there", async () => {
    const small = await ObjectStore.start({ size: "3m" });
    try {
      const first = await archive
        .job()
        .lay("2026-11-25T07-00-00Z", randomBytes(600_000))
        .store(small.destination(), at("2026-11-25T07:00:00Z"));
      assert.equal(first.code, 0, first.output);
      assertFailed(
        await archive
          .job()
          .lay("2026-11-25T08-00-00Z", randomBytes(2_500_000))
          .store(small.destination(), at("2026-11-25T08:00:00Z")),
        /FAILED: /,
      );
      assert.deepEqual(
        small.objects(root),
        ["daily", "hourly"].flatMap((folder) => [
          `${folder}/2026-11-25T07-00-00Z.rdb`,
          `${folder}/2026-11-25T07-00-00Z.rdb.checked`,
        ]),
      );
    } finally {
      await small.stop();
    }
  });

  it("gives two jobs of the same second a name each", async () => {
    const iso = "2026-11-25T10:00:00Z";
    const ended = await Promise.all(
      ["redis-archive-a", "redis-archive-b"].map((name) =>
        archive.job(name).lay(named(iso), `by ${name}`).store(store.destination(), at(iso)),
      ),
    );
    for (const { code, output } of ended) assert.equal(code, 0, output);
    assert.equal(store.objects(root).filter((name) => /^hourly\/2026-11-25T10-.*\.rdb$/.test(name)).length, 2);
  });
});
