import type * as k8s from "@pulumi/kubernetes";
import type { Input, Output } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import type { ArchiveSettings } from "../args";
import { mountPath } from "../contract";
import { mount } from "./pod";

/**
 * How a container with rclone reaches the archives: the remote is called `archive:`, and $ARCHIVE_ROOT is the folder in
 * it.
 */
export interface ArchiveStore {
  /** The value of $ARCHIVE_ROOT: "archive:bucket/namespace/redis". */
  root: Output<string>;
  env: k8s.types.input.core.v1.EnvVar[];
  volumes: k8s.types.input.core.v1.Volume[];
  volumeMounts: k8s.types.input.core.v1.VolumeMount[];
  /** Name of the ConfigMap with the scripts that take, list, fetch and compare archives. */
  scripts: Input<string>;
  /** Of the pod, where it is known to the destination by its identity; none where it has a key, or needs none. */
  serviceAccountName?: Input<string>;
}

/** Names of what stands in the namespace for it. */
export interface ArchiveObjects {
  scripts: Input<string>;
  /** The Secret with `accessKeyId` and `secretAccessKey`. */
  keys?: Input<string>;
  /** The PersistentVolumeClaim. */
  claim?: Input<string>;
  serviceAccount?: Input<string>;
}

/** rclone reads each setting of a remote from a variable, so that there is no configuration file, and no key in one. */
const remote = (setting: string, value: Input<string>) => ({ name: `RCLONE_CONFIG_ARCHIVE_${setting}`, value });

const fromSecret = (setting: string, secret: Input<string>, key: string) => ({
  name: `RCLONE_CONFIG_ARCHIVE_${setting}`,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/**
 * rclone runs on a root that cannot be written: its cache goes where the work is done, and it looks for no file of
 * settings.
 */
const everywhere = [
  { name: "RCLONE_CONFIG", value: "/dev/null" },
  { name: "RCLONE_CACHE_DIR", value: `${mountPath.work}/.rclone` },
  { name: "HOME", value: mountPath.work },
];

/** Pure: the archive job, a restore, its drill and the listing all reach the archives in this one way. */
export function archiveStore(
  archive: Pick<ArchiveSettings, "bucket" | "s3" | "volume">,
  root: string,
  objects: ArchiveObjects,
): ArchiveStore {
  const at = (place: Input<string>, settings: k8s.types.input.core.v1.EnvVar[]) => {
    const value = pulumi.interpolate`archive:${place}/${root}`;
    return { root: value, env: [...everywhere, { name: "ARCHIVE_ROOT", value }, ...settings] };
  };
  const { scripts } = objects;
  if (archive.s3) {
    const { endpoint, bucket, region } = archive.s3;
    return {
      scripts,
      ...at(bucket, [
        remote("TYPE", "s3"),
        remote("PROVIDER", "Other"),
        remote("ENDPOINT", endpoint),
        ...(region === undefined ? [] : [remote("REGION", region)]),
        fromSecret("ACCESS_KEY_ID", objects.keys!, "accessKeyId"),
        fromSecret("SECRET_ACCESS_KEY", objects.keys!, "secretAccessKey"),
        // Looking for the bucket, or making it, asks for more rights than reading and writing in it.
        remote("NO_CHECK_BUCKET", "true"),
      ]),
      volumes: [],
      volumeMounts: [],
    };
  }
  if (archive.volume) {
    return {
      scripts,
      ...at(mountPath.archive, [remote("TYPE", "local")]),
      volumes: [{ name: "archive", persistentVolumeClaim: { claimName: objects.claim! } }],
      volumeMounts: [mount("archive")],
    };
  }
  return {
    scripts,
    // Who it is comes from Google's metadata server, by the pod's ServiceAccount; access is the bucket's to give, not
    // an object's.
    ...at(archive.bucket!, [
      remote("TYPE", "google cloud storage"),
      remote("ENV_AUTH", "true"),
      remote("BUCKET_POLICY_ONLY", "true"),
      remote("NO_CHECK_BUCKET", "true"),
    ]),
    volumes: [],
    volumeMounts: [],
    serviceAccountName: objects.serviceAccount,
  };
}
