import assert from "node:assert/strict";
import { pathOf } from "../../stand-ins/cluster/api";
import { requiredModules, stagingModules } from "../../lib/kubernetes";
import { clusterNodes, network, nodeNamed, spaces } from "../../stand-ins/cluster/layout";
import { snapshotterFor } from "../../stand-ins/cluster/node-config";
import { missingPackages } from "../../stand-ins/cluster/packages";
import { whyNotHere } from "../../stand-ins/cluster/platform";
import { debianMirror } from "../../stand-ins/images/debian";
import { listedLibraries } from "../../stand-ins/images/root-tree";

describe("cluster: where it cannot run", () => {
  const fine = { platform: "linux" as const, uid: 0, hasGo: true };

  it("is silent where it can", () => assert.equal(whyNotHere(fine), undefined));

  it("names every reason at once, and the way out", () => {
    const text = whyNotHere({ platform: "darwin", uid: 501, hasGo: false })!;
    for (const word of ["darwin", "root", "Go", "CONTEXT=<kubeconfig context> make up"])
      assert.ok(text.includes(word), word);
  });

  it("does not blame what is there", () => {
    const text = whyNotHere({ ...fine, uid: 1000 })!;
    assert.ok(text.includes("root") && !text.includes("Linux") && !text.includes("Go on the PATH"));
  });
});

describe("cluster: packages", () => {
  it("installs nothing that is there, from wherever it came", () => {
    assert.deepEqual(
      missingPackages(
        () => true,
        () => true,
      ),
      [],
    );
    assert.deepEqual(
      missingPackages(
        () => true,
        (file) => !file.startsWith("/usr/lib/cni"),
      ),
      [],
      "plugins in /opt/cni/bin serve as well",
    );
  });

  it("asks once for a package that brings two commands", () => {
    assert.deepEqual(
      missingPackages(
        (command) => !["containerd", "ctr"].includes(command),
        () => true,
      ),
      ["containerd"],
    );
  });
});

describe("cluster: addresses", () => {
  const number = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const within = (address: string, range: string) => {
    const [base, bits] = range.split("/");
    return (
      Math.floor(number(address) / 2 ** (32 - Number(bits))) === Math.floor(number(base!) / 2 ** (32 - Number(bits)))
    );
  };
  const base = (range: string) => range.split("/")[0]!;

  it("are all out of the benchmark range, which is no one's private network", () => {
    const all = [
      network.hostAddress,
      network.apiService,
      network.dnsService,
      base(network.podRange),
      base(network.serviceRange),
      ...spaces.map(({ address }) => address),
      ...clusterNodes.map(({ pods }) => base(pods)),
    ];
    for (const address of all) assert.ok(within(address, "198.18.0.0/15"), address);
  });

  it("keep the host outside of the pods' range: its traffic to a ClusterIP would come back unmasqueraded", () => {
    assert.ok(!within(network.hostAddress, network.podRange));
    for (const node of clusterNodes) {
      assert.ok(within(base(node.pods), network.podRange), node.pods);
      assert.ok(!within(node.address, node.pods));
    }
  });

  it("fit an interface's name of at most 15 characters", () => {
    for (const name of [network.bridge, network.hostCable, ...spaces.map(({ cable }) => cable)])
      assert.ok(name.length <= 15, name);
  });

  it("name the nodes there are when asked for another", () => {
    assert.equal(nodeNamed("node2").name, "rgke-node2");
    assert.throws(() => nodeNamed("node4"), /"node4".*rgke-node1, rgke-node2, rgke-node3/);
  });
});

describe("cluster: builds and images", () => {
  it("repeats Kubernetes' own replacements, without the samples that do not exist at that version", () => {
    const goMod =
      "module k8s.io/kubernetes\nreplace (\n\tk8s.io/api => ./staging/src/k8s.io/api\n\tk8s.io/sample-controller => ./staging/src/k8s.io/sample-controller\n)\nreplace k8s.io/cri-api => ./staging/src/k8s.io/cri-api\n";
    assert.deepEqual(stagingModules(goMod, "1.34.4"), { "k8s.io/api": "0.34.4", "k8s.io/cri-api": "0.34.4" });
  });

  it("holds what is built beside Kubernetes to the modules that it requires, its own at no version left out", () => {
    const goMod =
      "module k8s.io/kubernetes\n\ngo 1.24.0\n\ngodebug default=go1.24\n\nrequire (\n\tbitbucket.org/bertimus9/systemstat v0.5.0\n\tgolang.org/x/exp v0.0.0-20240719175910-8a7402abbf56 // indirect\n\tk8s.io/api v0.0.0\n)\n\nrequire gopkg.in/yaml.v3 v3.0.1\n\nreplace (\n\tk8s.io/api => ./staging/src/k8s.io/api\n)\n";
    assert.deepEqual(requiredModules(goMod), {
      "bitbucket.org/bertimus9/systemstat": "v0.5.0",
      "golang.org/x/exp": "v0.0.0-20240719175910-8a7402abbf56",
      "gopkg.in/yaml.v3": "v3.0.1",
    });
  });

  it("takes Debian's main archive and not its security updates, which hold no other release's packages", () => {
    const targets =
      "mirror://security/|Debian|Debian-Security\nmirror://main/|Debian|Debian\nmirror://vendor/|Vendor|Vendor\n";
    assert.equal(debianMirror(targets), "mirror://main/");
    assert.equal(debianMirror("mirror://vendor/|Vendor|Vendor\nmirror://no-lists-yet/||\n"), undefined);
  });

  it("copies the libraries that a program loads, the linker among them, and not the kernel's own", () => {
    const output =
      "\tlinux-vdso.so.1 (0x1)\n\tlibm.so.6 => /lib/x/libm.so.6 (0x2)\n\t/lib64/ld-linux-x86-64.so.2 (0x3)\n";
    assert.deepEqual(listedLibraries(output), ["/lib/x/libm.so.6", "/lib64/ld-linux-x86-64.so.2"]);
  });

  it("lays no overlay on an overlay", () => {
    assert.equal(snapshotterFor("overlay"), "native");
    assert.equal(snapshotterFor("other"), "overlayfs");
  });

  it("finds an object's path, in its namespace or above all of them", () => {
    assert.equal(
      pathOf({ apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "n" } }),
      "/api/v1/namespaces/n/services/a",
    );
    assert.equal(
      pathOf({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "b" } }),
      "/apis/storage.k8s.io/v1/storageclasses/b",
    );
  });
});
