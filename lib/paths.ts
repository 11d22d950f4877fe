import * as os from "node:os";
import * as path from "node:path";

/** The checkout that this program runs from. */
export const checkout = path.resolve(__dirname, "..");

/**
 * What belongs to this checkout alone: Pulumi's state, the passphrase, the kubeconfig, `bin/`, logs. Git ignores it.
 */
export const state = path.join(checkout, ".state");

/** What took long to build, for every checkout of this user: binaries and images, keyed by version. */
export const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "redis-gke");

/** The embedded cluster's own data and its record; one cluster a machine, so one fixed place. */
export const machine = "/var/lib/redis-gke";

export const logs = path.join(state, "logs");
export const bin = path.join(state, "bin");
export const kubeconfig = path.join(state, "kubeconfig");
