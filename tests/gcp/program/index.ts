import type * as pulumi from "@pulumi/pulumi";
import { GoogleCloud, type Deployed } from "../../../components/gke";
import { loadConfig } from "../../../config";
import { lastOutput } from "../../../last-output";

// The Google Cloud half of ../../../index.ts, made from the same config: the rest needs the cluster that is not really there.
const { google } = loadConfig();
if (!google) throw new Error("the stack has no Google Cloud half");

const made = new GoogleCloud("redis", { ...google, before: lastOutput("deployed") as pulumi.Output<Deployed | undefined> });

export const deployed = made.deployed;
/** Nothing of these may stay unknown. */
export const kubeconfig = made.kubernetes.kubeconfig;
export const handles = made.disks.map(({ handle }) => handle);
