import * as path from "node:path";
import { writeIfChanged } from "../../lib/files";
import { kubeconfigOf } from "./certificates";
import { network, type Space } from "./layout";
import type { PartSpec } from "./parts";

/** The kube-proxy of a network namespace, for the node of that name. */
export function kubeProxy({ bin, space, hostname }: { bin: string; space: Space; hostname: string }): PartSpec {
  return {
    space,
    program: "kube-proxy",
    command: [path.join(bin, "kube-proxy"), `--config=${configFile(space)}`, `--hostname-override=${hostname}`],
  };
}

const configFile = (space: Space) => path.join(space.dir, "kube-proxy.json");

export function writeKubeProxyConfig(space: Space): void {
  writeIfChanged(
    configFile(space),
    JSON.stringify({
      apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
      kind: "KubeProxyConfiguration",
      clientConnection: { kubeconfig: kubeconfigOf("kube-proxy") },
      mode: "nftables",
      // What comes from outside of it to a ClusterIP is masqueraded: a client on the host gets its answers.
      clusterCIDR: network.podRange,
      detectLocalMode: "ClusterCIDR",
      // These belong to the whole machine, and a namespace may not set them: kube-proxy would end on the attempt.
      conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
      nftables: { minSyncPeriod: "100ms" },
      // Lowering it takes a capability that a container's root lacks.
      oomScoreAdj: 0,
    }),
  );
}
