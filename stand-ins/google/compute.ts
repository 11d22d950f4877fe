import { done, make, origin, placeOf, type ComputeResource } from "./compute-common";
import { inUse, invalid, type Call, type Routes } from "./http";
import { relative, type Store } from "./store";

interface Subnetwork extends ComputeResource {
  network: string;
}
interface Router extends ComputeResource {
  network: string;
}

const api = "/compute/beta/projects/{project}";

/** Networks, and what is in a region besides disks. */
export function compute(store: Store): Routes {
  const collection =
    (kind: string) =>
    ({ params }: Call) =>
      `${placeOf(params)}/${kind}`;
  const read = (kind: string) => (call: Call) => store.get(`${collection(kind)(call)}/${call.params.name}`);
  const remove = (kind: string) => (call: Call) => {
    const path = `${collection(kind)(call)}/${call.params.name}`;
    store.get(path);
    refuseWhileUsed(store, path);
    store.delete(path);
    return done(store, path);
  };
  const patch = (kind: string) => (call: Call) => {
    const found = Object.assign(store.get<ComputeResource>(`${collection(kind)(call)}/${call.params.name}`), call.body);
    return done(store, found.selfLink);
  };
  return {
    [`POST ${api}/global/networks`]: (call) =>
      done(
        store,
        make(store, "network", collection("networks")(call), call.body, {
          networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
        }).selfLink,
      ),
    [`GET ${api}/global/networks/{name}`]: read("networks"),
    [`DELETE ${api}/global/networks/{name}`]: remove("networks"),

    [`POST ${api}/regions/{region}/subnetworks`]: (call) => {
      store.get(relative(call.body.network as string));
      return done(
        store,
        make(store, "subnetwork", collection("subnetworks")(call), call.body, subnetworkDefaults(call)).selfLink,
      );
    },
    [`GET ${api}/regions/{region}/subnetworks/{name}`]: read("subnetworks"),
    [`DELETE ${api}/regions/{region}/subnetworks/{name}`]: remove("subnetworks"),

    [`POST ${api}/regions/{region}/routers`]: (call) => {
      store.get(relative(call.body.network as string));
      return done(
        store,
        make(store, "router", collection("routers")(call), call.body, {
          region: call.params.region,
          network: origin + relative(call.body.network as string),
        }).selfLink,
      );
    },
    [`GET ${api}/regions/{region}/routers/{name}`]: read("routers"),
    [`PATCH ${api}/regions/{region}/routers/{name}`]: patch("routers"),
    [`DELETE ${api}/regions/{region}/routers/{name}`]: remove("routers"),

    [`POST ${api}/regions/{region}/resourcePolicies`]: (call) => {
      refuseSchedule(call.body);
      return done(
        store,
        make(store, "resourcePolicy", collection("resourcePolicies")(call), call.body, {
          region: call.params.region,
          status: "READY",
        }).selfLink,
      );
    },
    [`GET ${api}/regions/{region}/resourcePolicies/{name}`]: read("resourcePolicies"),
    [`PATCH ${api}/regions/{region}/resourcePolicies/{name}`]: (call) => (
      refuseSchedule(call.body),
      patch("resourcePolicies")(call)
    ),
    [`DELETE ${api}/regions/{region}/resourcePolicies/{name}`]: remove("resourcePolicies"),

    [`GET ${api}/zones/{zone}/instanceGroupManagers`]: ({ params }) => ({
      kind: "compute#instanceGroupManagerList",
      items: store.list(`${placeOf(params)}/instanceGroupManagers`),
    }),
  };
}

const subnetworkDefaults = ({ body, params }: Call) => ({
  network: origin + relative(body.network as string),
  region: `${origin}projects/${params.project}/regions/${params.region}`,
  gatewayAddress: (body.ipCidrRange as string).replace(/\.\d+\/.*$/, ".1"),
  fingerprint: "c3VibmV0d29yaw==",
  privateIpv6GoogleAccess: "DISABLE_GOOGLE_ACCESS",
  purpose: "PRIVATE",
  stackType: "IPV4_ONLY",
  allowSubnetCidrRoutesOverlap: false,
});

/** What is named by something else is not deleted: Google says by what. */
function refuseWhileUsed(store: Store, path: string): void {
  const by = store
    .paths()
    .find(
      (other) =>
        other !== path &&
        /\/(subnetworks|routers|clusters|disks)\/[^/]+$/.test(other) &&
        namesAsUsed(store, other, path),
    );
  if (by) throw inUse(path, by);
}

function namesAsUsed(store: Store, other: string, path: string): boolean {
  const {
    network,
    subnetwork,
    resourcePolicies = [],
  } = store.get<Partial<Subnetwork & Router> & { subnetwork?: string; resourcePolicies?: string[] }>(other);
  // A cluster names them without the rest of their address.
  const used = [network, subnetwork, ...resourcePolicies].filter((name) => name !== undefined).map(relative);
  return used.some(
    (name) =>
      name === path ||
      (!name.includes("/") && path.endsWith(`/${network === name ? "networks" : "subnetworks"}/${name}`)),
  );
}

function refuseSchedule(body: Record<string, unknown>): void {
  const { schedule, retentionPolicy } = body.snapshotSchedulePolicy as {
    schedule: Record<string, { hoursInCycle?: number; daysInCycle?: number; startTime: string }>;
    retentionPolicy: { maxRetentionDays: number };
  };
  const kinds = Object.values(schedule);
  if (kinds.length !== 1 || !/^([01]\d|2[0-3]):00$/.test(kinds[0]!.startTime))
    throw invalid("Invalid value for field 'snapshotSchedulePolicy.schedule'");
  if (!(retentionPolicy.maxRetentionDays >= 1))
    throw invalid("Invalid value for field 'retentionPolicy.maxRetentionDays'");
}
