/** Everything of a fixed version that the embedded cluster and the engine are built from; one place to raise one. */
export const versions = {
  kubernetes: "1.34.4",
  /** Built from Go modules only where neither a recent CLI nor the official download can be had. */
  pulumi: "3.200.0",
  /** The last SDK that still held the Node language host. */
  pulumiLanguageNodejs: "3.68.0",
  /** The YAML language host, which the official CLI brings along, and the one that is built here does not. */
  pulumiYaml: "1.25.0",
  coredns: "1.14.7",
  localPathProvisioner: "0.0.30",
  /** The Debian release that the images' packages come from. */
  debian: "trixie",
  /** What that release's redis-server says of itself; the image is tagged with it, and the build checks it. */
  redis: "8.0.2",
  haproxy: "3.0.11",
  rclone: "1.60.1",
} as const;

/** What the images of the embedded cluster are named after. No registry answers there, so that none is ever pulled. */
export const imageRegistry = "redis-gke.local";

/** The oldest CLI on the PATH that is used as it is. */
export const oldestPulumi = "3.142.0";
