import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { kubectl } from "./cluster";
import { loopDeviceOf, makeLoopDisk } from "./loop-disk";

/**
 * Volumes as components/gke makes them, but for the driver: each kept for one claim, and kept when the claim goes. A
 * folder of a node is the disk.
 */
export class NodeVolumes {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-disks-"));
  private readonly names: string[] = [];
  private readonly mounted: string[] = [];

  constructor(private readonly namespace: string) {}

  folderOf(name: string): string {
    return path.join(this.folder, name);
  }

  async make(name: string): Promise<void> {
    fs.mkdirSync(this.folderOf(name), { recursive: true });
    const object = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        capacity: { storage: "10Gi" },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: "",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: this.namespace, name: "data-redis-0" },
        local: { path: this.folderOf(name) },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["local-b"] }] },
            ],
          },
        },
      },
    };
    const file = path.join(this.folder, `${name}.json`);
    fs.writeFileSync(file, JSON.stringify(object));
    await kubectl("create", "-f", file);
    this.names.push(name);
  }

  /**
   * One on a file system of its own, which has so many megabytes for whoever is not root. It is twice as large: to let
   * a mounted file system grow takes a right (CAP_SYS_RESOURCE) that the machine of the tests may not have, so what is
   * kept for root is given back instead.
   */
  async makeSmall(name: string, megabytes: number): Promise<void> {
    const folder = this.folderOf(name);
    fs.mkdirSync(folder);
    makeLoopDisk(folder, 2 * megabytes, ["-m", "50"]);
    this.mounted.push(folder);
    await this.make(name);
  }

  /** To twice its size, while it is in use. */
  grow(name: string): void {
    execFileSync("tune2fs", ["-m", "0", loopDeviceOf(this.folderOf(name))]);
  }

  async remove(): Promise<void> {
    if (this.names.length > 0) await kubectl("delete", "persistentvolume", ...this.names, "--ignore-not-found");
    for (const folder of this.mounted) execFileSync("umount", ["-l", folder]);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
