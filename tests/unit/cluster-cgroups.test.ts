import assert from "node:assert/strict";
import { controllersToEnable, hierarchiesIn, missingControllers } from "../../stand-ins/cluster/cgroup-hierarchies";

const v1 = [
  "tmpfs /sys/fs/cgroup tmpfs rw,relatime,mode=755 0 0",
  "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,nodev,noexec,relatime,cpu,cpuacct 0 0",
  "cgroup /sys/fs/cgroup/cpuset cgroup rw,relatime,cpuset,clone_children 0 0",
  "cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0",
  "cgroup /sys/fs/cgroup/pids cgroup rw,relatime,pids 0 0",
  "cgroup /sys/fs/cgroup/blkio cgroup rw,relatime,blkio 0 0",
  "cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,xattr,release_agent=/lib/agent,name=systemd 0 0",
].join("\n");
const unified = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot 0 0";

describe("cluster: cgroup hierarchies", () => {
  it("finds every v1 hierarchy, those without a controller too: a process outside of one would escape the kill", () => {
    const found = hierarchiesIn(v1);
    assert.deepEqual(
      found.map(({ path }) => path.replace("/sys/fs/cgroup/", "")),
      ["cpu,cpuacct", "cpuset", "memory", "pids", "blkio", "systemd"],
    );
    assert.ok(found.every(({ version }) => version === 1));
    assert.deepEqual(found[0]!.controllers, ["cpu", "cpuacct"]);
    assert.deepEqual(found[1]!.controllers, ["cpuset"], "mount options are no controllers");
  });

  it("takes a pure v2 machine as one hierarchy, and a hybrid one as both kinds", () => {
    assert.deepEqual(hierarchiesIn(unified), [{ path: "/sys/fs/cgroup", version: 2, controllers: [] }]);
    const hybrid = hierarchiesIn(`${v1}\n${unified.replace("/sys/fs/cgroup ", "/sys/fs/cgroup/unified ")}`);
    assert.equal(hybrid.filter(({ version }) => version === 2).length, 1);
    assert.equal(hybrid.length, 7);
  });

  it("counts a hierarchy that is mounted twice once", () => {
    assert.equal(hierarchiesIn(`${unified}\n${unified.replace("/sys/fs/cgroup ", "/mnt/again ")}`).length, 1);
  });
});

describe("cluster: cgroup v2 controllers", () => {
  it("enables what the kubelet needs and nothing that is on already", () => {
    assert.equal(
      controllersToEnable("cpuset cpu io memory hugetlb pids rdma misc\n", "memory pids\n"),
      "+cpu +cpuset +io +hugetlb",
    );
  });

  it("writes nothing when all is on: a busy root refuses even a write that changes nothing", () => {
    assert.equal(controllersToEnable("cpuset cpu io memory pids", "cpuset cpu io memory pids"), "");
    assert.equal(controllersToEnable("", ""), "", "a hybrid machine's v2 has no controllers to enable");
  });

  it("names the controllers that are nowhere, before the kubelet ends over them", () => {
    assert.deepEqual(
      missingControllers(hierarchiesIn(unified), "cpu memory pids"),
      ["cpuset"],
      "and not io, which it can do without",
    );
    assert.deepEqual(missingControllers(hierarchiesIn(unified), "cpuset cpu io memory pids"), []);
    assert.deepEqual(missingControllers(hierarchiesIn(v1), ""), [], "v1 holds them");
  });
});
