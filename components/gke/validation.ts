import type { Mistake } from "../mistake";
import type { ClusterArgs, GoogleCloudArgs, NodePoolArgs, Ranges } from "./args";
import { overlap, parseCidr } from "./cidr";
import { diskMistakes } from "./disk-validation";
import { parseLocation } from "./location";
import { nodePoolMistakes } from "./node-pool-validation";
import { defaults, zonesOf } from "./settings";

/** Everything that is wrong with the arguments, all at once; empty if nothing is. Pure: what Google alone knows is not asked for. */
export function findMistakes(args: GoogleCloudArgs): Mistake[] {
  return [
    ...nameMistakes(args),
    ...placeMistakes(args.cluster, args.nodePool),
    ...(args.cluster.existing === undefined ? newClusterMistakes(args.cluster) : existingClusterMistakes(args.cluster)),
    ...nodePoolMistakes(args),
    ...diskMistakes(args),
  ];
}

function nameMistakes({ project, name }: GoogleCloudArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!/^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project)) mistakes.push({ property: "project", value: project, reason: "is not the id of a Google Cloud project (6 to 30 lower-case letters, digits and `-`): `gcloud projects list` shows yours" });
  // The nodes' account is called after it, and may have 30 characters.
  if (!/^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$/.test(name)) mistakes.push({ property: "name", value: name, reason: "names the cluster, its network, account and disks: 1 to 24 lower-case letters, digits and `-`, starting with a letter" });
  return mistakes;
}

function placeMistakes(cluster: ClusterArgs, nodePool: NodePoolArgs = {}): Mistake[] {
  const location = parseLocation(cluster.location);
  if (!location) return [{ property: "cluster.location", value: cluster.location, reason: `is neither a zone nor a region: write e.g. "europe-west1-b" or "europe-west1"` }];
  const zones = zonesOf(cluster, nodePool);
  if (zones.length === 0) {
    const [b, c, d] = ["b", "c", "d"].map((letter) => `${location.region}-${letter}`);
    return [{ property: "nodePool.zones", value: nodePool.zones, reason: `is needed where cluster.location is a region, for each disk is in one zone: write e.g. ["${b}", "${c}", "${d}"]` }];
  }
  return zones.flatMap((zone, index): Mistake[] => {
    const property = `nodePool.zones.${index}`;
    const place = parseLocation(zone);
    if (!place?.zone) return [{ property, value: zone, reason: `is not a zone: write e.g. "${location.region}-b"` }];
    if (place.region !== location.region) return [{ property, value: zone, reason: `is outside of the cluster's region ${location.region}` }];
    return zones.indexOf(zone) === index ? [] : [{ property, value: zone, reason: "stands there twice: nodePool.nodesPerZone says how many nodes a zone has" }];
  });
}

const newClusterFields = ["releaseChannel", "maintenanceStart", "deletionProtection", "authorizedNetworks", "ranges"] as const satisfies (keyof ClusterArgs)[];

function existingClusterMistakes(cluster: ClusterArgs): Mistake[] {
  const mistakes = newClusterFields.filter((field) => cluster[field] !== undefined)
    .map((field): Mistake => ({ property: `cluster.${field}`, value: cluster[field], reason: `is a setting of a new cluster, and "${cluster.existing}" is there already and is not changed: take out one of the two` }));
  if (!/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(cluster.existing!)) mistakes.push({ property: "cluster.existing", value: cluster.existing, reason: "is not the name of a cluster: `gcloud container clusters list` shows yours" });
  return mistakes;
}

function newClusterMistakes(cluster: ClusterArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  if (cluster.maintenanceStart !== undefined && !/^([01]\d|2[0-3]):[0-5]\d$/.test(cluster.maintenanceStart)) mistakes.push({ property: "cluster.maintenanceStart", value: cluster.maintenanceStart, reason: `is not a time of day in UTC: write e.g. "03:00"` });
  for (const [index, range] of (cluster.authorizedNetworks ?? []).entries()) {
    if (!parseCidr(range)) mistakes.push({ property: `cluster.authorizedNetworks.${index}`, value: range, reason: `is not a range of addresses: write e.g. "203.0.113.0/24", or "203.0.113.7/32" for one` });
  }
  return [...mistakes, ...rangeMistakes({ ...defaults.ranges, ...cluster.ranges })];
}

function rangeMistakes(ranges: Ranges): Mistake[] {
  const parsed = Object.entries(ranges).map(([key, text]) => ({ property: `cluster.ranges.${key}`, text: text as string, cidr: parseCidr(text as string) }));
  return parsed.flatMap(({ property, text, cidr }, index): Mistake[] => {
    if (!cidr) return [{ property, value: text, reason: `is not a range of addresses that starts at its first one: write e.g. "${defaults.ranges.nodes}"` }];
    if (property.endsWith("controlPlane") && cidr.prefix !== 28) return [{ property, value: text, reason: "has to be a /28: that is what Google's control plane takes" }];
    if (property.endsWith("pods") && cidr.prefix > 21) return [{ property, value: text, reason: "is too small: each node takes a /24 of it, so write a /21 or larger" }];
    const other = parsed.slice(0, index).find((one) => one.cidr && overlap(one.cidr, cidr));
    return other ? [{ property, value: text, reason: `overlaps ${other.property} (${other.text})` }] : [];
  });
}
