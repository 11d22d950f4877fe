import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { missingAuthPlugin } from "../../config/google-cloud";
import type { GoogleCloud as GoogleCloudComponent, GoogleCloudArgs } from "../../components/gke";
import { mockEngine, resourcesOf } from "../support/mocked-stack";

const args: GoogleCloudArgs = {
  project: "my-project", name: "redis-test", cluster: { location: "europe-west1-b" },
  workload: { dataPods: 1, diskSize: 10, dataPodMemory: 2 ** 30, spread: 0 },
};

describe("GoogleCloud, the component, without an engine (mocked)", () => {
  let GoogleCloud: typeof GoogleCloudComponent;
  before(async () => {
    await mockEngine("test");
    ({ GoogleCloud } = await import("../../components/gke"));
  });
  const make = (changes: Partial<GoogleCloudArgs>) => resourcesOf(() => { new GoogleCloud("redis", { ...args, ...changes }); });
  const ofKind = (resources: Awaited<ReturnType<typeof make>>, kind: string) => resources.filter(({ type }) => type.startsWith("gcp:") && type.endsWith(`:${kind}`));

  it("takes a larger somaxconn than its own, and what else it is told of the nodes", async () => {
    const resources = await make({ nodePool: { sysctls: { "net.core.somaxconn": "65535", "vm.swappiness": "1" }, metadata: { team: "cache" }, nodesPerZone: 2 } });
    const pool = ofKind(resources, "NodePool").find(({ name }) => name === "redis")!.inputs;
    assert.deepEqual(pool.nodeConfig.linuxNodeConfig.sysctls, { "net.core.somaxconn": "65535", "vm.overcommit_memory": "1", "vm.swappiness": "1" });
    assert.equal(pool.nodeConfig.metadata.team, "cache");
    assert.equal(pool.nodeCount, 2);
  });

  it("writes one disk in two zones, and keeps the volume's handle in its region", async () => {
    const zones = ["europe-west1-b", "europe-west1-c"];
    const resources = await make({ cluster: { location: "europe-west1" }, nodePool: { zones }, disk: { replicaZones: zones } });
    assert.equal(ofKind(resources, "Disk").length, 0);
    assert.deepEqual(ofKind(resources, "RegionDisk").map(({ inputs }) => [inputs.region, inputs.replicaZones]), [["europe-west1", zones]]);
  });

  it("opens the control plane to the ranges that it is told, and to nobody else", async () => {
    const resources = await make({ cluster: { ...args.cluster, authorizedNetworks: ["203.0.113.0/24"] } });
    assert.deepEqual(ofKind(resources, "Cluster")[0]!.inputs.masterAuthorizedNetworksConfig, { cidrBlocks: [{ cidrBlock: "203.0.113.0/24" }] });
  });

  it("refuses wrong arguments before any resource is made, all of them at once: the reserved start-up script among them", async () => {
    let error: unknown;
    const resources = await resourcesOf(() => {
      try { new GoogleCloud("wrong", { ...args, cluster: { location: "mars" }, nodePool: { metadata: { "startup-script": "x" }, sysctls: { "kernel.panic": "1" } } }); } catch (thrown) { error = thrown; }
    });
    assert.ok(error instanceof pulumi.InputPropertiesError);
    assert.deepEqual(error.errors?.map(({ propertyPath }) => propertyPath).sort(), ["cluster.location", "nodePool.metadata.startup-script", "nodePool.sysctls.kernel.panic"]);
    assert.deepEqual(resources.filter(({ type }) => type.startsWith("gcp:")), []);
  });

  it("names the command that installs the program which logs in to the cluster, if it is not on the PATH", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-path-"));
    assert.match(missingAuthPlugin(folder)!.reason, /gke-gcloud-auth-plugin, which is not on the PATH: gcloud components install gke-gcloud-auth-plugin/);
    fs.writeFileSync(path.join(folder, "gke-gcloud-auth-plugin"), "");
    assert.equal(missingAuthPlugin(`/nowhere:${folder}`), undefined);
    fs.rmSync(folder, { recursive: true });
  });
});
