import { done, fingerprint, make, origin, placeOf, type ComputeResource } from "./compute-common";
import { inUse, invalid, Refusal, type Call, type Routes } from "./http";
import { relative, type Store } from "./store";

interface Disk extends ComputeResource {
  sizeGb: string;
  type: string;
  labels?: Record<string, string>;
  labelFingerprint: string;
  resourcePolicies?: string[];
  users?: string[];
}

const types = ["pd-standard", "pd-balanced", "pd-ssd"];

/** Disks of a zone and of a region, and their snapshots. */
export const computeDisks = (store: Store): Routes => ({
  ...disksOf(store, "zone"),
  ...disksOf(store, "region"),
  "POST /compute/beta/projects/{project}/global/snapshots": ({ params, body }) => {
    const disk = store.get<Disk>(relative(body.sourceDisk as string));
    return done(
      store,
      make(store, "snapshot", `projects/${params.project}/global/snapshots`, body, {
        status: "READY",
        diskSizeGb: disk.sizeGb,
      }).selfLink,
    );
  },
});

function disksOf(store: Store, place: "zone" | "region"): Routes {
  const collection = `/compute/beta/projects/{project}/${place}s/{${place}}/disks`;
  const one = `${collection}/{name}`;
  const disk = ({ params }: Call) => store.get<Disk>(`${placeOf(params)}/disks/${params.name}`);
  return {
    [`POST ${collection}`]: (call) => done(store, createDisk(store, call, place).selfLink),
    [`GET ${one}`]: disk,
    [`DELETE ${one}`]: (call) => {
      const found = disk(call);
      if (found.users?.length) throw inUse(relative(found.selfLink), found.users.join());
      store.delete(relative(found.selfLink));
      return done(store, found.selfLink);
    },
    [`POST ${one}/resize`]: (call) => {
      const found = disk(call);
      if (Number(call.body.sizeGb) <= Number(found.sizeGb))
        throw invalid(
          `Invalid value for field 'sizeGb': '${String(call.body.sizeGb)}'. New disk size '${String(call.body.sizeGb)}' GiB must be larger than existing size '${found.sizeGb}' GiB.`,
        );
      found.sizeGb = String(call.body.sizeGb);
      return done(store, found.selfLink);
    },
    [`POST ${one}/setLabels`]: (call) => {
      const found = disk(call);
      if (call.body.labelFingerprint !== found.labelFingerprint)
        throw new Refusal(412, "conditionNotMet", "Labels fingerprint either invalid or resource labels have changed");
      Object.assign(found, { labels: call.body.labels, labelFingerprint: fingerprint(store) });
      return done(store, found.selfLink);
    },
    [`POST ${one}/addResourcePolicies`]: (call) => {
      const found = disk(call);
      const wanted = (call.body.resourcePolicies as string[]).map((policy) => origin + relative(policy));
      for (const policy of wanted) store.get(relative(policy));
      if ([...(found.resourcePolicies ?? []), ...wanted].length > 1)
        throw invalid("A disk can have at most one snapshot schedule policy");
      found.resourcePolicies = wanted;
      return done(store, found.selfLink);
    },
    [`POST ${one}/removeResourcePolicies`]: (call) => {
      const found = disk(call);
      const gone = (call.body.resourcePolicies as string[]).map(relative);
      const left = (found.resourcePolicies ?? []).filter((policy) => !gone.includes(relative(policy)));
      if (left.length === (found.resourcePolicies ?? []).length)
        throw invalid(`Resource policy ${gone.join()} is not attached`);
      found.resourcePolicies = left.length === 0 ? undefined : left;
      return done(store, found.selfLink);
    },
  };
}

/** As `gcloud compute disks create` makes one too. */
export function createDisk(
  store: Store,
  { params, body }: Pick<Call, "params" | "body">,
  place: "zone" | "region" = "zone",
): ComputeResource {
  const type = (body.type as string | undefined)?.split("/").pop() ?? "pd-standard";
  const where = placeOf(params);
  const size = Number(body.sizeGb ?? 500);
  if (!types.includes(type))
    throw new Refusal(404, "notFound", `The resource '${where}/diskTypes/${type}' was not found`);
  if (!(size >= 10))
    throw invalid(`Invalid value for field 'resource.sizeGb': '${size}'. Disk size cannot be smaller than 10 GB.`);
  if (place === "region" && (body.replicaZones as string[] | undefined)?.length !== 2)
    throw invalid("A regional disk needs exactly two replica zones");
  return make(store, "disk", `${where}/disks`, body, {
    [place]: origin + where,
    type: `${origin}${where}/diskTypes/${type}`,
    sizeGb: String(size),
    status: "READY",
    labelFingerprint: fingerprint(store),
    physicalBlockSizeBytes: "4096",
    ...(body.replicaZones
      ? { replicaZones: (body.replicaZones as string[]).map((zone) => origin + relative(zone)) }
      : {}),
  });
}
