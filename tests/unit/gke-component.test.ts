import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { missingAuthPlugin } from "../../config/google-cloud";
import type { GoogleCloud as GoogleCloudComponent, GoogleCloudArgs } from "../../components/gke";
import { unfitDisk } from "../../components/gke/disks/adopted-disks";
import { unsuitable } from "../../components/gke/cluster/existing-cluster";
import { withDefaults } from "../../components/gke/settings";
import { mockEngine, resourcesOf } from "../support/mocked-stack";

const args: GoogleCloudArgs = {
  project: "my-project",
  name: "redis-test",
  cluster: { location: "europe-west1-b" },
  workload: { dataPods: 1, diskSize: 10, memoryBytes: 2 ** 30, cpus: 0.1, nodesApart: 0 },
};

describe("GoogleCloud, the component, without an engine (mocked)", () => {
  let GoogleCloud: typeof GoogleCloudComponent;
  before(async () => {
    await mockEngine("test");
    ({ GoogleCloud } = await import("../../components/gke"));
  });
  const make = (changes: Partial<GoogleCloudArgs>) =>
    resourcesOf(() => {
      new GoogleCloud("redis", { ...args, ...changes });
    });
  const ofKind = (resources: Awaited<ReturnType<typeof make>>, kind: string) =>
    resources.filter(({ type }) => type.startsWith("gcp:") && type.endsWith(`:${kind}`));

  it("takes a larger somaxconn than its own, and what else it is told of the nodes", async () => {
    const resources = await make({
      nodePool: {
        sysctls: { "net.core.somaxconn": "65535", "vm.swappiness": "1" },
        metadata: { team: "cache" },
        nodesPerZone: 2,
      },
    });
    const pool = ofKind(resources, "NodePool").find(({ name }) => name === "redis")!.inputs;
    assert.deepEqual(pool.nodeConfig.linuxNodeConfig.sysctls, {
      "net.core.somaxconn": "65535",
      "vm.overcommit_memory": "1",
      "vm.swappiness": "1",
    });
    assert.equal(pool.nodeConfig.metadata.team, "cache");
    assert.equal(pool.nodeCount, 2);
  });

  it("writes one disk in two zones, and keeps the volume's handle in its region", async () => {
    const zones = ["europe-west1-b", "europe-west1-c"];
    const resources = await make({
      cluster: { location: "europe-west1" },
      nodePool: { zones },
      disk: { replicaZones: zones },
    });
    assert.equal(ofKind(resources, "Disk").length, 0);
    assert.deepEqual(
      ofKind(resources, "RegionDisk").map(({ inputs }) => [inputs.region, inputs.replicaZones]),
      [["europe-west1", zones]],
    );
  });

  it("opens the control plane to the ranges that it is told, and to nobody else", async () => {
    const resources = await make({ cluster: { ...args.cluster, authorizedNetworks: ["203.0.113.0/24"] } });
    assert.deepEqual(ofKind(resources, "Cluster")[0]!.inputs.masterAuthorizedNetworksConfig, {
      cidrBlocks: [{ cidrBlock: "203.0.113.0/24" }],
    });
  });

  it("refuses wrong arguments before any resource is made, all of them at once: the reserved start-up script among them", async () => {
    let error: unknown;
    const resources = await resourcesOf(() => {
      try {
        new GoogleCloud("wrong", {
          ...args,
          cluster: { location: "mars" },
          nodePool: { metadata: { "startup-script": "x" }, sysctls: { "kernel.panic": "1" } },
        });
      } catch (thrown) {
        error = thrown;
      }
    });
    assert.ok(error instanceof pulumi.InputPropertiesError);
    assert.deepEqual(error.errors?.map(({ propertyPath }) => propertyPath).sort(), [
      "cluster.location",
      "nodePool.metadata.startup-script",
      "nodePool.sysctls.kernel.panic",
    ]);
    assert.deepEqual(
      resources.filter(({ type }) => type.startsWith("gcp:")),
      [],
    );
  });

  it("refuses a cluster of others that Google would refuse the nodes in, with the command that makes it fit", () => {
    const fit = {
      name: "shared",
      masterVersion: "1.34.1-gke.1829001",
      enableAutopilot: false,
      workloadIdentityConfigs: [{ workloadPool: "my-project.svc.id.goog" }],
      addonsConfigs: [],
    };
    const settings = withDefaults({ ...args, cluster: { location: "europe-west1-b", existing: "shared" } });
    const reasons = (changes: Partial<typeof fit>) =>
      unsuitable({ ...fit, ...changes }, settings).map(
        ({ property, value, reason }) => `${property} ${String(value)} ${reason}`,
      );
    assert.deepEqual(reasons({}), []);
    assert.match(
      reasons({ workloadIdentityConfigs: [] }).join(),
      /^cluster\.existing shared has no workload identity.*clusters update shared --project=my-project --location=europe-west1-b --workload-pool=my-project\.svc\.id\.goog$/,
    );
    assert.match(
      reasons({ masterVersion: "1.33.3-gke.99" }).join(),
      /runs Kubernetes 1\.33\.3-gke\.99, and nodes can be tuned from 1\.33\.4 on/,
    );
    for (const masterVersion of ["1.33.4-gke.1", "1.40.0-gke.1", "2.0.0", ""])
      assert.deepEqual(reasons({ masterVersion }), [], masterVersion);
    for (const masterVersion of ["1.9.9-gke.1", "1.32.10-gke.1"])
      assert.equal(reasons({ masterVersion }).length, 1, masterVersion);
    assert.match(
      reasons({ enableAutopilot: true, workloadIdentityConfigs: [] }).join(),
      /^cluster\.existing shared is an Autopilot cluster[^,]*,[^,]*, or take cluster\.existing out$/,
    );
    const withoutDriver = [
      { gcePersistentDiskCsiDriverConfigs: [{ enabled: false }] },
    ] as unknown as typeof fit.addonsConfigs;
    assert.match(
      reasons({ addonsConfigs: withoutDriver }).join(),
      /no driver for Persistent Disks: .*--update-addons=GcePersistentDiskCsiDriver=ENABLED/,
    );
  });

  it("refuses a disk of others that is not as the stack wants it: it would be found out when the cluster is half made", () => {
    const wanted = { name: "redis-master", zones: ["europe-west1-b"], type: "pd-balanced", size: 20 };
    const disk = "https://www.googleapis.com/compute/v1/projects/my-project/zones/europe-west1-b";
    const found = { type: `${disk}/diskTypes/pd-balanced`, size: 20, users: [] };
    assert.deepEqual(unfitDisk(wanted, found, 0), { mistakes: [], warnings: [] });
    assert.match(
      unfitDisk(wanted, undefined, 0).mistakes[0]!.reason,
      /is no disk in europe-west1-b: `gcloud compute disks list/,
    );
    const { mistakes, warnings } = unfitDisk(
      wanted,
      { type: "pd-standard", size: 10, users: [`${disk}/instances/gke-old-1`] },
      1,
    );
    assert.deepEqual(
      mistakes.map(({ property, value }) => [property, value]),
      [
        ["disk.adopt.1", "redis-master"],
        ["disk.adopt.1", "redis-master"],
      ],
    );
    assert.match(mistakes.map(({ reason }) => reason).join(), /disk\.type "pd-standard".*persistence\.size "10Gi"/);
    assert.match(warnings.join(), /attached to the machine gke-old-1/);
  });

  it("names the command that installs the program which logs in to the cluster, if it is not on the PATH", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-path-"));
    assert.match(
      missingAuthPlugin(folder)!.reason,
      /gke-gcloud-auth-plugin, which is not on the PATH: gcloud components install gke-gcloud-auth-plugin/,
    );
    fs.writeFileSync(path.join(folder, "gke-gcloud-auth-plugin"), "");
    assert.equal(missingAuthPlugin(`/nowhere:${folder}`), undefined);
    fs.rmSync(folder, { recursive: true });
  });
});
