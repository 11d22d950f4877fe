import { invalid } from "./http";
import { relative, type Store } from "./store";

/** What everything of Compute Engine has. */
export interface ComputeResource {
  kind: string;
  id: string;
  name: string;
  selfLink: string;
  creationTimestamp: string;
}

export const origin = "https://www.googleapis.com/compute/beta/";
const zones = ["europe-west1-b", "europe-west1-c", "europe-west1-d"];

export interface Place {
  project: string;
  zone?: string;
  region?: string;
}

/** "projects/P/zones/Z", "projects/P/regions/R", "projects/P/global". A place that Google does not have is refused. */
export function placeOf({ project, zone, region }: Record<string, string | undefined>): string {
  if (zone !== undefined && !zones.includes(zone))
    throw invalid(`Invalid value for field 'zone': '${zone}'. Unknown zone.`);
  if (region !== undefined && region !== "europe-west1")
    throw invalid(`Invalid value for field 'region': '${region}'. Unknown region.`);
  return `projects/${project}/${zone !== undefined ? `zones/${zone}` : region !== undefined ? `regions/${region}` : "global"}`;
}

/** Makes a resource with what Google adds to each; only names of RFC 1035. */
export function make<T extends object>(
  store: Store,
  kind: string,
  collection: string,
  body: Record<string, unknown>,
  more: T,
): ComputeResource & T {
  const name = body.name as string;
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    throw invalid(`Invalid value for field 'resource.name': '${name}'.`);
  const path = `${collection}/${name}`;
  return store.insert(path, {
    ...body,
    kind: `compute#${kind}`,
    id: String(4_000_000_000 + store.next()),
    name,
    creationTimestamp: "2026-01-01T00:00:00.000-00:00",
    selfLink: origin + path,
    ...more,
  });
}

/** Every change of Compute Engine is an operation; here each is over when it is answered. */
export function done(store: Store, target: string): object {
  const [, place] = /^(projects\/[^/]+\/(?:global|zones\/[^/]+|regions\/[^/]+))\//.exec(relative(target))!;
  const name = `operation-${store.next()}`;
  return {
    kind: "compute#operation",
    id: String(store.next()),
    name,
    status: "DONE",
    progress: 100,
    targetLink: origin + relative(target),
    selfLink: `${origin}${place}/operations/${name}`,
  };
}

/** A new mark for labels: a change that names an older one is refused, since somebody changed them meanwhile. */
export const fingerprint = (store: Store): string => Buffer.from(`fingerprint-${store.next()}`).toString("base64");
