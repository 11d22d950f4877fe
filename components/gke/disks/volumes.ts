import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { label } from "../../names";
import type { DataDisk } from "./data-disk";

export interface VolumesArgs {
  disks: DataDisk[];
  /** The claims that the volumes are kept for, in the same order. */
  claims: { namespace: string; name: string }[];
}

/** Each disk as a PersistentVolume that one claim alone can have. */
export class Volumes extends pulumi.ComponentResource {
  /**
   * As Redis takes them: their names in the order of the disks, and whether to protect the claims, which is so only
   * while every disk is protected.
   */
  readonly forRedis: { volumes: pulumi.Output<string>[]; protect: boolean };

  constructor(name: string, { disks, claims }: VolumesArgs, opts: pulumi.ComponentResourceOptions) {
    super("redis-gke:gke:Volumes", name, {}, opts);
    const volumes = disks.map(
      (disk, ordinal) =>
        new k8s.core.v1.PersistentVolume(
          `${name}-${ordinal}`,
          {
            metadata: { name: disk.name, labels: { [label.managedBy]: "pulumi" } },
            spec: {
              capacity: { storage: `${disk.size}Gi` },
              accessModes: ["ReadWriteOnce"],
              // Deleting the claim must not delete the disk: the disk is the stack's.
              persistentVolumeReclaimPolicy: "Retain",
              storageClassName: "",
              claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", ...claims[ordinal]! },
              csi: { driver: "pd.csi.storage.gke.io", volumeHandle: disk.handle, fsType: "ext4" },
              nodeAffinity: {
                required: {
                  nodeSelectorTerms: [
                    { matchExpressions: [{ key: "topology.gke.io/zone", operator: "In", values: disk.zones }] },
                  ],
                },
              },
            },
          },
          { parent: this, protect: disk.protect, dependsOn: [disk.resource] },
        ).metadata.name,
    );
    this.forRedis = { volumes, protect: disks.every(({ protect }) => protect) };
    this.registerOutputs({});
  }
}
