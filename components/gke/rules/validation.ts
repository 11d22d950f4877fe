import type { Mistake } from "../../mistake";
import type { ClusterArgs, GoogleCloudArgs, NodePoolArgs, Ranges } from "../args";
import { overlap, parseCidr } from "./cidr";
import { diskMistakes } from "./disk-validation";
import { isMissing, nearestLocation, parseLocation, zonesIn } from "./location";
import { nodePoolMistakes } from "./node-pool-validation";
import { defaults, zonesOf } from "../settings";

/**
 * Everything that is wrong with the arguments, all at once; empty if nothing is. Pure: what Google alone knows is not
 * asked for.
 */
export function findMistakes(args: GoogleCloudArgs): Mistake[] {
  return [
    ...nameMistakes(args),
    ...placeMistakes(args.cluster, args.nodePool),
    ...(args.cluster.existing === undefined ? newClusterMistakes(args) : existingClusterMistakes(args.cluster)),
    ...nodePoolMistakes(args),
    ...diskMistakes(args),
  ];
}

function nameMistakes({ project, name }: GoogleCloudArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!/^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project))
    mistakes.push({
      property: "project",
      value: project,
      reason:
        "is not the id of a Google Cloud project (6 to 30 lower-case letters, digits and `-`): `gcloud projects list` shows yours",
    });
  // The nodes' account is called after it, and may have 30 characters.
  if (!/^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$/.test(name))
    mistakes.push({
      property: "name",
      value: name,
      reason:
        "names the cluster, its network, account and disks: 1 to 24 lower-case letters, digits and `-`, starting with a letter",
    });
  return mistakes;
}

function placeMistakes(cluster: ClusterArgs, nodePool: NodePoolArgs = {}): Mistake[] {
  const location = parseLocation(cluster.location);
  const noPlace = (reason: string): Mistake[] => [{ property: "cluster.location", value: cluster.location, reason }];
  if (!location) {
    const meant = nearestLocation(cluster.location);
    return noPlace(
      `is neither a zone nor a region: ${meant ? `did you mean "${meant}"?` : `write e.g. "europe-west1-b" or "europe-west1"`}`,
    );
  }
  const there = zonesIn(location.region);
  if (isMissing(location))
    return noPlace(
      `is a zone that Google does not have: write "${there.join(`", "`)}", or "${location.region}" for all of them`,
    );
  const zones = zonesOf(cluster, nodePool);
  if (zones.length === 0) {
    const what = location.zone
      ? "is empty, and without a zone there are no nodes: take it out, or"
      : "is needed where cluster.location is a region, for each disk is in one zone:";
    return [
      {
        property: "nodePool.zones",
        value: nodePool.zones,
        reason: `${what} write e.g. ["${there.slice(0, 3).join(`", "`)}"]`,
      },
    ];
  }
  return zones.flatMap((zone, index) =>
    zoneMistakes(zone, location.region, zones.indexOf(zone) !== index).map((reason) => ({
      property: `nodePool.zones.${index}`,
      value: zone,
      reason,
    })),
  );
}

function zoneMistakes(zone: string, region: string, repeated: boolean): string[] {
  const place = parseLocation(zone);
  const there = zonesIn(region);
  if (!place?.zone) {
    const meant = nearestLocation(zone);
    return [
      meant?.startsWith(`${region}-`)
        ? `is not a zone: did you mean "${meant}"?`
        : `is not a zone: write e.g. "${there[0]}"`,
    ];
  }
  if (place.region !== region) return [`is outside of the cluster's region ${region}: write e.g. "${there[0]}"`];
  if (isMissing(place)) return [`is a zone that Google does not have: write e.g. "${there[0]}"`];
  return repeated ? ["stands there twice: nodePool.nodesPerZone says how many nodes a zone has"] : [];
}

const newClusterFields = [
  "releaseChannel",
  "maintenanceStart",
  "deletionProtection",
  "authorizedNetworks",
  "ranges",
] as const satisfies (keyof ClusterArgs)[];

function existingClusterMistakes(cluster: ClusterArgs): Mistake[] {
  const mistakes = newClusterFields
    .filter((field) => cluster[field] !== undefined)
    .map((field): Mistake => ({
      property: `cluster.${field}`,
      value: cluster[field],
      reason: `is a setting of a new cluster, and "${cluster.existing}" is there already and is not changed: take out one of the two`,
    }));
  if (!/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(cluster.existing!))
    mistakes.push({
      property: "cluster.existing",
      value: cluster.existing,
      reason: "is not the name of a cluster: `gcloud container clusters list` shows yours",
    });
  return mistakes;
}

function newClusterMistakes({ cluster, nodePool }: GoogleCloudArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  if (cluster.maintenanceStart !== undefined && !/^([01]\d|2[0-3]):[0-5]\d$/.test(cluster.maintenanceStart))
    mistakes.push({
      property: "cluster.maintenanceStart",
      value: cluster.maintenanceStart,
      reason: `is not a time of day in UTC: write e.g. "03:00"`,
    });
  for (const [index, range] of (cluster.authorizedNetworks ?? []).entries()) {
    if (!parseCidr(range))
      mistakes.push({
        property: `cluster.authorizedNetworks.${index}`,
        value: range,
        reason: `is not a range of addresses: write e.g. "203.0.113.0/24", or "203.0.113.7/32" for one`,
      });
  }
  return [...mistakes, ...rangeMistakes({ ...defaults.ranges, ...cluster.ranges }, mostNodes(cluster, nodePool))];
}

/** Those for Redis, one in each zone for the cluster's own pods, and while they are upgraded one more of each. */
const mostNodes = (cluster: ClusterArgs, nodePool: NodePoolArgs = {}): number =>
  zonesOf(cluster, nodePool).length * ((nodePool.nodesPerZone ?? 1) + 1) + 2;

function rangeMistakes(ranges: Ranges, nodes: number): Mistake[] {
  const parsed = Object.entries(ranges).map(([key, text]) => ({
    property: `cluster.ranges.${key}`,
    text: text as string,
    cidr: parseCidr(text as string),
  }));
  return parsed.flatMap(({ property, text, cidr }, index): Mistake[] => {
    if (!cidr)
      return [
        {
          property,
          value: text,
          reason: `is not a range of addresses that starts at its first one: write e.g. "${defaults.ranges.nodes}"`,
        },
      ];
    if (property.endsWith("controlPlane") && cidr.prefix !== 28)
      return [{ property, value: text, reason: "has to be a /28: that is what Google's control plane takes" }];
    if (property.endsWith("pods") && cidr.prefix > 21)
      return [{ property, value: text, reason: "is too small: each node takes a /24 of it, so write a /21 or larger" }];
    if (property.endsWith("pods") && 2 ** (24 - cidr.prefix) < nodes)
      return [
        {
          property,
          value: text,
          reason: `has a /24 for ${2 ** (24 - cidr.prefix)} nodes, and there may be ${nodes} during an upgrade: write a /${24 - Math.ceil(Math.log2(nodes))} or larger`,
        },
      ];
    // Google keeps four addresses of it.
    if (property.endsWith("nodes") && 2 ** (32 - cidr.prefix) - 4 < nodes)
      return [
        {
          property,
          value: text,
          reason: `is too small for the ${nodes} nodes that there may be during an upgrade: write a /${32 - Math.ceil(Math.log2(nodes + 4))} or larger`,
        },
      ];
    if (property.endsWith("services") && cidr.prefix > 27)
      return [{ property, value: text, reason: "is too small: Google takes a /27 or larger" }];
    const other = parsed.slice(0, index).find((one) => one.cidr && overlap(one.cidr, cidr));
    return other ? [{ property, value: text, reason: `overlaps ${other.property} (${other.text})` }] : [];
  });
}
