import * as fs from "node:fs";
import { run, which } from "../../lib/run";
import { step } from "../../lib/progress";

/** What is run from Debian, each with the package that brings it. */
const commands: Readonly<Record<string, string>> = {
  etcd: "etcd-server",
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  nft: "nftables",
  ip: "iproute2",
  nsenter: "util-linux",
  openssl: "openssl",
  tar: "tar",
  "dpkg-deb": "dpkg",
};

/** Debian's folder first, then the one that other packagings of the CNI plugins use. */
const cniDirs = ["/usr/lib/cni", "/opt/cni/bin"];
const archiveKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Where the node's programs are looked up; a user's PATH may lack the sbin folders. */
export const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export const cniBinDir = () => cniDirs.find((dir) => fs.existsSync(`${dir}/ptp`));

/** Looked up by command and not by package: a containerd from elsewhere serves as well, and Debian's would evict it. */
export function missingPackages(
  hasCommand: (command: string) => boolean,
  hasFile: (file: string) => boolean,
): string[] {
  const missing = Object.entries(commands)
    .filter(([command]) => !hasCommand(command))
    .map(([, name]) => name);
  if (!cniDirs.some((dir) => hasFile(`${dir}/ptp`))) missing.push("containernetworking-plugins");
  if (!hasFile(archiveKeyring)) missing.push("debian-archive-keyring");
  return [...new Set(missing)].sort();
}

export async function installMissingPackages(): Promise<void> {
  const missing = missingPackages((command) => which(command, systemPath) !== undefined, fs.existsSync);
  if (missing.length === 0) return;
  if (!which("apt-get", systemPath))
    throw new Error(
      `The embedded cluster needs these Debian packages, and there is no apt-get to install them with: ${missing.join(", ")}`,
    );
  await step(`Debian packages: ${missing.join(", ")}`, async (log) => {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env, log });
    // --no-remove: a machine that has its own container engine must not lose it to ours.
    await run("apt-get", ["install", "--yes", "--no-install-recommends", "--no-remove", ...missing], { env, log });
    await disableServices(missing, log);
  });
}

/** Debian starts what it installs; a system-wide etcd or containerd would outlive `make down`. */
async function disableServices(installed: string[], log: string): Promise<void> {
  if (!fs.existsSync("/run/systemd/system")) return;
  const services = [
    ["etcd-server", "etcd"],
    ["containerd", "containerd"],
  ]
    .filter(([name]) => installed.includes(name!))
    .map(([, service]) => service!);
  if (services.length > 0) await run("systemctl", ["disable", "--now", ...services], { log });
}
