import assert from "node:assert/strict";
import * as fs from "node:fs";
import { imageNames } from "../../stand-ins/images";
import { ensureCluster, nodes } from "../../stand-ins/cluster";
import { control, network } from "../../stand-ins/cluster/layout";
import { killPart, partName } from "../../stand-ins/cluster/parts";
import { readRecord } from "../../stand-ins/cluster/record";
import { run } from "../../lib/run";
import { kubectl, kubectlJson } from "../support/cluster";
import { eventually, printTime } from "../support/eventually";

const parts = () => readRecord()!.parts;
const readyNodes = async () => {
  const { items } = await kubectlJson<{
    items: {
      metadata: { name: string };
      status: { nodeInfo: { kubeletVersion: string }; conditions: { type: string; status: string }[] };
    }[];
  }>("get", "nodes");
  return items.filter(({ status }) =>
    status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
};

/** When a line of a Kubernetes program's log was written, without its severity: `1126 12:25:20.369448`. */
const timeOf = (line?: string) => /^[IWEF](\d{4} [\d:.]+)/.exec(line ?? "")?.[1] ?? assert.fail(`no time in: ${line}`);

describe("the embedded cluster", function () {
  this.timeout(300_000);

  it("is three nodes of a real Kubernetes, with DNS and a default StorageClass", async () => {
    const ready = await readyNodes();
    assert.equal(ready.length, 3);
    for (const node of ready) assert.equal(node.status.nodeInfo.kubeletVersion, "v1.34.4");
    assert.match(await kubectl("get", "storageclass"), /\(default\)/);
  });

  it("starts nothing twice, when everything runs", async () => {
    const before = parts();
    const from = Date.now();
    await ensureCluster();
    printTime("found everything running", from, 5);
    assert.deepEqual(parts(), before);
  });

  it("mends itself when a part of it died", async () => {
    const victims = Object.entries(parts()).filter(([name]) => /node2.*kubelet|scheduler/.test(name));
    assert.equal(victims.length, 2, Object.keys(parts()).join(", "));
    for (const [, { pid }] of victims) process.kill(pid, "SIGKILL");
    await ensureCluster();
    assert.equal((await readyNodes()).length, 3);
    for (const [name, { pid }] of victims) assert.notEqual(parts()[name]!.pid, pid, name);
  });

  it("starts anew what watches the API server, once that was away: what they saw before is old, and they ask again ever more slowly", async () => {
    const before = parts();
    await killPart({ space: control, program: "kube-apiserver" });
    await ensureCluster();
    const anew = Object.entries(parts())
      .filter(([name, { pid }]) => before[name]!.pid !== pid)
      .map(([name]) => name)
      .sort();
    assert.deepEqual(
      anew,
      ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler"].map((program) =>
        partName({ space: control, program }),
      ),
    );
    assert.equal((await readyNodes()).length, 3);
  });

  it("starts its kubelets one after another: each empties, and listens in, a folder that all of them have in common", () => {
    const kubelets = Object.entries(parts()).filter(([name]) => name.endsWith("/kubelet"));
    const lives = kubelets
      .map(([name, { pid, log }]) => {
        const lines = fs
          .readFileSync(log, "utf8")
          .split("\n")
          .filter((line) => line.split(/ +/)[2] === String(pid));
        // The last line that a kubelet writes before it listens there, a few milliseconds earlier.
        return {
          name,
          from: timeOf(lines[0]),
          listens: timeOf(lines.find((line) => line.includes("Starting kubelet main sync loop"))),
        };
      })
      .sort((one, other) => one.from.localeCompare(other.from));
    assert.equal(lives.length, 3);
    for (const [index, { name, from }] of lives.slice(1).entries())
      assert.ok(from > lives[index]!.listens, `${name}: ${JSON.stringify(lives)}`);
  });

  it("has no way out: names and routes end inside of it", async () => {
    for (const node of ["rgke-node1", "rgke-node2", "rgke-node3"])
      assert.equal(await nodes.runOnNode(node, ["ip", "route", "show", "default"]), "", node);
    await kubectl(
      "run",
      "way-out",
      "-n",
      "default",
      "--image",
      imageNames.busybox,
      "--restart=Never",
      "--command",
      "--",
      "sleep",
      "60",
    );
    try {
      await kubectl("wait", "-n", "default", "--for=condition=Ready", "pod/way-out", "--timeout=60s");
      const lookUp = (name: string) => kubectl("exec", "-n", "default", "way-out", "--", "nslookup", name);
      assert.match(await lookUp("kubernetes.default.svc.cluster.local"), /198\.19\./);
      await assert.rejects(lookUp("example.com"));
    } finally {
      await kubectl("delete", "pod", "way-out", "-n", "default", "--force", "--grace-period=0");
    }
  });

  it("loses a node and gets it back, and nobody else is the harder to reach for it", async () => {
    const bridge = async () =>
      (
        JSON.parse(await run("ip", ["-n", control.name, "-json", "link", "show", network.bridge])) as {
          address: string;
        }[]
      )[0]!.address;
    assert.equal(await bridge(), network.bridgeHardwareAddress);
    await nodes.powerOff("rgke-node3");
    try {
      assert.equal(await bridge(), network.bridgeHardwareAddress);
      assert.equal(
        await nodes.runOnNode("rgke-node1", ["ping", "-c", "1", "-W", "1", "198.18.0.13"]).then(
          () => "answers",
          () => "silent",
        ),
        "silent",
      );
    } finally {
      await nodes.powerOn("rgke-node3");
    }
    await eventually("three nodes are ready", async () => (await readyNodes()).length === 3);
  });
});
