import { storageClass } from "../../stand-ins/cluster/addon-storage";
import { run } from "../../lib/run";
import { kubectl } from "./cluster";

/** A StorageClass of a test's own, as the embedded cluster's: whether its volumes may grow is for that test to say. */
export const createStorageClass = (name: string): Promise<string> =>
  run("kubectl", ["create", "-f", "-"], { input: JSON.stringify(storageClass(name)) });

export const forbidGrowth = (name: string): Promise<string> =>
  kubectl("patch", "storageclass", name, "--patch", JSON.stringify({ allowVolumeExpansion: false }));

export const deleteStorageClass = (name: string): Promise<string> =>
  kubectl("delete", "storageclass", name, "--ignore-not-found");
