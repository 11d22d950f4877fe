import assert from "node:assert/strict";
import { ourCniResults } from "../../stand-ins/cluster/leftovers";
import { mountsBelow } from "../../stand-ins/cluster/mounts";
import { judge } from "../../stand-ins/cluster/ownership";
import { identify, isAlive, parseStat } from "../../stand-ins/cluster/processes";
import { type ClusterRecord, isThisBoot, livingParts, parseRecord } from "../../stand-ins/cluster/record";

const record: ClusterRecord = { checkout: "/home/me/one", bootId: "b", built: true, sysctls: {}, parts: {} };
const here = { anything: true, record, alive: true, whole: true, checkout: "/home/me/one", exists: () => true };

describe("cluster: whose it is", () => {
  it("disturbs no live cluster of another checkout, and names that checkout", () => {
    assert.deepEqual(judge({ ...here, checkout: "/home/me/two" }), { liveElsewhere: "/home/me/one" });
  });

  it("takes a live cluster whose checkout was deleted for a leftover: nobody else could ever stop it", () => {
    assert.equal(judge({ ...here, checkout: "/home/me/two", exists: () => false }), "leftovers");
  });

  it("cleans up what is dead, whoever it belonged to", () => {
    assert.equal(judge({ ...here, checkout: "/home/me/two", alive: false }), "leftovers");
    assert.equal(judge({ ...here, alive: false }), "leftovers");
  });

  it("cleans up what has no readable record, though its processes run", () => {
    assert.equal(judge({ ...here, record: undefined }), "leftovers");
  });

  it("starts anew when the ground under the parts is not whole, and mends when it is", () => {
    assert.equal(judge({ ...here, whole: false }), "leftovers");
    assert.equal(judge(here), "ours");
    assert.equal(judge({ ...here, anything: false }), "nothing");
  });
});

describe("cluster: the record", () => {
  it("takes a cut-off or foreign record for none", () => {
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '{"checkout":"/x"}',
      '{"checkout":"/x","bootId":"b","parts":{"etcd":{"pid":"1"}}}',
    ])
      assert.equal(parseRecord(text), undefined, text);
    assert.deepEqual(parseRecord(JSON.stringify(record)), record);
  });

  it("believes no process number of an earlier boot", () => {
    const me = { ...identify(process.pid)!, log: "" };
    assert.equal(isThisBoot({ ...record, bootId: "another" }), false);
    assert.deepEqual(livingParts({ ...record, bootId: "another", parts: { etcd: me } }), []);
  });
});

describe("cluster: processes", () => {
  it("reads the start time behind a name with spaces and brackets", () => {
    const fields = ["S", ...Array.from({ length: 18 }, (_, index) => String(index)), "4711", "0"].join(" ");
    assert.deepEqual(parseStat(`12 (a) b (c)) ${fields}`), { state: "S", startTime: "4711" });
    assert.equal(parseStat("12 (cut off"), undefined);
  });

  it("tells a process from a later one with the same number", () => {
    const me = identify(process.pid)!;
    assert.equal(isAlive(me), true);
    assert.equal(isAlive({ ...me, startTime: "1" }), false);
  });
});

describe("cluster: what is removed", () => {
  it("unmounts the latest mount first, and nothing beside the folder", () => {
    const line = (point: string) => `36 35 98:0 / ${point} rw shared:1 - ext4 /dev/root rw`;
    const info = [
      "/",
      "/var/lib/redis-gke/a",
      "/var/lib/redis-gke/a/b\\040c",
      "/var/lib/redis-gke-other",
      "/var/lib/redis-gke",
    ]
      .map(line)
      .join("\n");
    assert.deepEqual(mountsBelow("/var/lib/redis-gke", info), [
      "/var/lib/redis-gke",
      "/var/lib/redis-gke/a/b c",
      "/var/lib/redis-gke/a",
    ]);
  });

  it("leaves the network results of another cluster's pods", () => {
    const names = ["redis-gke-0a1-eth0", "cni-loopback-0a1-lo", "cni-loopback-9ff-lo", "kindnet-9ff-eth0"];
    assert.deepEqual(ourCniResults(names), ["redis-gke-0a1-eth0", "cni-loopback-0a1-lo"]);
  });
});
