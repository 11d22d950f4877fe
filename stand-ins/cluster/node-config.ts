import * as fs from "node:fs";
import * as path from "node:path";
import { imageNames } from "../images";
import { writeIfChanged } from "../../lib/files";
import { pki } from "./certificates";
import { clusterDomain, dirs, network, type Node } from "./layout";
import { cniBinDir } from "./packages";

const at = (node: Node, ...names: string[]) => path.join(node.dir, ...names);

/** Built into the kubelet, so that all kubelets of a machine have it in common. */
export const devicePlugins = "/var/lib/kubelet/device-plugins";

/** What belongs to a node. `runtime` is what a power cut loses, as a real machine's /run; the rest is its disk. */
export const nodeFiles = (node: Node) => ({
  runtime: at(node, "run"),
  socket: at(node, "run", "containerd.sock"),
  containerdRoot: at(node, "containerd"),
  containerdConfig: at(node, "containerd.toml"),
  cniConfDir: at(node, "cni"),
  kubelet: at(node, "kubelet"),
  kubeletConfig: at(node, "kubelet.json"),
  podLogs: at(node, "pod-logs"),
  volumes: at(node, "volumes"),
});

export function writeNodeConfig(node: Node): void {
  const files = nodeFiles(node);
  for (const dir of [files.runtime, files.containerdRoot, files.kubelet, files.podLogs, files.volumes])
    fs.mkdirSync(dir, { recursive: true });
  writeIfChanged(files.containerdConfig, containerdConfig(node));
  writeIfChanged(path.join(files.cniConfDir, "10-redis-gke.conflist"), JSON.stringify(cniConfig(node)));
  writeIfChanged(files.kubeletConfig, JSON.stringify(kubeletConfig(node)));
  writeIfChanged(dirs.resolvConf, "");
}

/** An overlay cannot lie on an overlay, which is what the disk is when all of this runs inside a container. */
export const snapshotterFor = (filesystem: string) => (filesystem === "overlay" ? "native" : "overlayfs");

const overlayMagic = 0x794c7630;
const snapshotter = () =>
  snapshotterFor(fs.statfsSync(path.dirname(dirs.logs)).type === overlayMagic ? "overlay" : "other");

function containerdConfig(node: Node): string {
  const files = nodeFiles(node);
  return `version = 2
root = "${files.containerdRoot}"
state = "${files.runtime}/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt"]

[grpc]
  address = "${files.socket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${imageNames.pause}"
  # Without CAP_SYS_RESOURCE (root in many containers) lowering a score fails, and with it every start of a container.
  restrict_oom_score_adj = true
  # Pods' network namespaces below the node's own folder, where stopping finds them.
  netns_mounts_under_state_dir = true
  disable_apparmor = true

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${cniBinDir() ?? ""}"
  conf_dir = "${files.cniConfDir}"

[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "${snapshotter()}"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
  Root = "${files.runtime}/runc"
`;
}

/**
 * Each pod has a routed cable of its own and no bridge: two pods of one node, or a pod and itself, then meet through a
 * Service without the kernel having to pass bridged frames through the rules for Services, which not every kernel does.
 */
const cniConfig = (node: Node) => ({
  cniVersion: "0.4.0",
  name: "redis-gke",
  plugins: [
    {
      type: "ptp",
      ipMasq: false,
      ipam: {
        type: "host-local",
        dataDir: path.join(nodeFiles(node).runtime, "addresses"),
        ranges: [[{ subnet: node.pods }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    },
  ],
});

const kubeletConfig = (node: Node) => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  address: node.address,
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: pki("ca.crt") } },
  authorization: { mode: "Webhook" },
  tlsCertFile: pki(`${node.name}.crt`),
  tlsPrivateKeyFile: pki(`${node.name}.key`),
  containerRuntimeEndpoint: `unix://${nodeFiles(node).socket}`,
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${node.name}`,
  failCgroupV1: false,
  failSwapOn: false,
  clusterDomain,
  clusterDNS: [network.dnsService],
  resolvConf: dirs.resolvConf,
  podLogsDir: nodeFiles(node).podLogs,
  volumePluginDir: path.join(nodeFiles(node).kubelet, "volume-plugins"),
  // The disk is shared with whatever else the machine does: its being fairly full is no reason to evict pods or drop
  // images.
  evictionHard: {
    "memory.available": "100Mi",
    "nodefs.available": "0%",
    "nodefs.inodesFree": "0%",
    "imagefs.available": "0%",
    "imagefs.inodesFree": "0%",
  },
  imageGCHighThresholdPercent: 100,
  oomScoreAdj: 0,
});
