/**
 * Node metadata keys that the API refuses: NodeConfig.metadata of container v1 and v1beta1, revision 20261027. The two
 * disagree on OS Login (v1 writes enable-os-login, v1beta1 enable-oslogin); no rule there reserves keys by prefix.
 */
export const reservedMetadata: readonly string[] = [
  "cluster-location",
  "cluster-name",
  "cluster-uid",
  "common-psm1",
  "configure-sh",
  "containerd-configure-sh",
  "disable-address-manager",
  "enable-os-login",
  "enable-oslogin",
  "gci-ensure-gke-docker",
  "gci-metrics-enabled",
  "gci-update-strategy",
  "install-ssh-psm1",
  "instance-template",
  "k8s-node-setup-psm1",
  "kube-env",
  "startup-script",
  "user-data",
  "user-profile-psm1",
  "windows-startup-script-ps1",
];

/** Why the API would refuse a node metadata entry, or undefined. The limits are those of the same description. */
export function metadataMistake(key: string, value: string): string | undefined {
  if (key === "startup-script")
    return "is reserved by GKE: the nodes' start-up script is linuxNodeConfig.customNodeInit, which the program writes (components/kernel/scripts)";
  if (reservedMetadata.includes(key)) return "is reserved by GKE: take it out, or choose another key";
  if (key === "disable-legacy-endpoints" && value !== "true")
    return "would open an old way to the machine's identity for every pod: it is always true here, take it out";
  if (!/^[a-zA-Z0-9_-]{1,127}$/.test(key)) return "may hold letters, digits, `-` and `_`, at most 127";
  if (Buffer.byteLength(value) > 32 * 1024) return "is longer than the 32 KB that Google takes";
  return undefined;
}
