import * as fs from "node:fs";
import { buildImages } from "../images";
import { writeIfChanged } from "../../lib/files";
import { kubeconfig } from "../../lib/paths";
import { say, step } from "../../lib/progress";
import { addonsReady, defaultNamespace } from "./addons";
import { answers, disconnect } from "./api";
import { kubernetesBinaries } from "../../lib/kubernetes";
import { userKubeconfig } from "./certificates";
import { clusterNodes } from "./layout";
import { anythingThere, everyProcess, removeEverything } from "./leftovers";
import { withLock } from "./lock";
import { allCablesUp, netnsExists } from "./network";
import { missingImages, nodesReady, recently } from "./node";
import { belongsTo, whatIsThere } from "./ownership";
import { installMissingPackages } from "./packages";
import { whyNotHere } from "./platform";
import { buried } from "./processes";
import { livingParts, readRecord } from "./record";
import { type Built, everyPartAlive, layGround, startMissing } from "./start";

/** Builds what the cluster runs, one after the other; where all of it is cached this takes a moment. */
export async function build(): Promise<Built> {
  await installMissingPackages();
  return { bin: await kubernetesBinaries(), images: await buildImages() };
}

/**
 * Makes the embedded cluster run, from whatever state it is in: not there, half-stopped, left over from an unclean end
 * or an earlier boot, or running already, which takes a moment to see.
 */
export async function ensureCluster(): Promise<void> {
  const why = whyNotHere();
  if (why) throw new Error(why);
  refuseToDisturb();
  const built = await build();
  try {
    await withLock(() => bringUp(built));
    writeIfChanged(kubeconfig, userKubeconfig(defaultNamespace), 0o600);
  } finally {
    disconnect();
  }
}

function refuseToDisturb(): void {
  const finding = whatIsThere();
  if (typeof finding === "object") throw belongsTo(finding.liveElsewhere);
}

async function bringUp(built: Built): Promise<void> {
  // Again, now that nobody else changes it: the build may have taken minutes.
  refuseToDisturb();
  const finding = whatIsThere();
  if (finding === "ours" && (await isHealthy(built))) return;
  if (finding === "leftovers") await step("Clean up after an earlier cluster", removeEverything);
  await step(finding === "ours" ? "Mend the embedded cluster" : "Start the embedded cluster", async () => {
    if (finding !== "ours") await layGround();
    await startMissing(built);
  });
}

const isHealthy = async ({ bin, images }: Built) =>
  everyPartAlive(bin) &&
  (await allCablesUp()) &&
  (
    await Promise.all([
      answers("/readyz"),
      nodesReady(clusterNodes, recently()),
      addonsReady(clusterNodes.length),
      ...clusterNodes.map(async (node) => (await missingImages(node, images)).length === 0),
    ])
  ).every(Boolean);

/** Stops the cluster and leaves nothing of it on the machine; one of another checkout is left alone, and named. */
export async function stopCluster(): Promise<void> {
  fs.rmSync(kubeconfig, { force: true });
  if (!anythingThere()) return;
  await withLock(async () => {
    const finding = whatIsThere();
    if (typeof finding === "object")
      say(`The embedded cluster on this machine belongs to ${finding.liveElsewhere}; it is left as it is.`);
    else if (finding !== "nothing") {
      const processes = everyProcess();
      await removeEverything();
      await buried(processes);
    }
  });
  disconnect();
}

/** This checkout's cluster: "half" is anything between, also what an unclean end left; `make up` mends it. */
export function clusterStatus(): "absent" | "running" | "half" {
  const finding = whatIsThere();
  if (finding === "nothing" || typeof finding === "object") return "absent";
  const record = readRecord();
  const complete =
    finding === "ours" &&
    record !== undefined &&
    livingParts(record).length === partCount &&
    clusterNodes.every(netnsExists);
  return complete ? "running" : "half";
}

/** etcd, API server, controller-manager, scheduler and kube-proxy; containerd, kubelet and kube-proxy on each node. */
const partCount = 5 + 3 * clusterNodes.length;
