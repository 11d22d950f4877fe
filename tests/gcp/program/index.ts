import { GoogleCloud } from "../../../components/gke";
import { loadConfig } from "../../../config";
import { lastDeployment } from "../../../last-deployment";

const { google, describe } = loadConfig();
if (!google) throw new Error("the stack has no Google Cloud half");

/**
 * The Google Cloud half of ../../../index.ts, made from the same config: the rest needs the cluster that is not really
 * there.
 */
async function deploy() {
  const made = new GoogleCloud("redis", { ...google!, before: (await lastDeployment()).google, describe });
  return {
    deployed: made.deployed,
    // Nothing of these may stay unknown.
    kubeconfig: made.kubernetes.kubeconfig,
    handles: made.disks.map(({ handle }) => handle),
  };
}

export = deploy;
