import { origin } from "./compute-common";
import { invalid, Refusal, type Call, type Routes } from "./http";
import { relative, type Store } from "./store";

interface NodeConfig {
  diskSizeGb?: number;
  machineType?: string;
  metadata?: Record<string, string>;
  linuxNodeConfig?: {
    sysctls?: Record<string, string>;
    customNodeInit?: { initScript?: { gcsUri: string; gcsGeneration?: string } };
  };
  serviceAccount?: string;
}
interface NodePool {
  name: string;
  config: NodeConfig;
  initialNodeCount?: number;
  locations?: string[];
  instanceGroupUrls?: string[];
  status: string;
}
interface Cluster {
  name: string;
  location: string;
  deletionProtection?: boolean;
  nodePools?: NodePool[];
  locations?: string[];
}

const api = "/v1beta1/projects/{project}/locations/{location}";
const version = "1.34.1-gke.1829001";

/** Clusters and their node pools. */
export function container(store: Store): Routes {
  const clusterPath = ({ params }: Call) =>
    `projects/${params.project}/locations/${params.location}/clusters/${params.cluster ?? ""}`;
  const cluster = (call: Call) => store.get<Cluster>(clusterPath(call));
  const pools = (path: string) => store.list<NodePool>(`${path}/nodePools`);
  const pool = (call: Call) => store.get<NodePool>(`${clusterPath(call)}/nodePools/${call.params.pool}`);
  const whole = (call: Call) => ({ ...cluster(call), nodePools: pools(clusterPath(call)) });
  const done = (type: string, target: string) => ({
    name: `operation-${store.next()}`,
    operationType: type,
    status: "DONE",
    targetLink: `https://container.googleapis.com/v1beta1/${target}`,
  });
  const changed = (call: Call, change: object) => (
    Object.assign(cluster(call), change),
    done("UPDATE_CLUSTER", clusterPath(call))
  );
  return {
    [`POST ${api}/clusters`]: (call) => done("CREATE_CLUSTER", createCluster(store, call)),
    [`GET ${api}/clusters/{cluster}`]: whole,
    [`PUT ${api}/clusters/{cluster}`]: (call) => changed(call, desired(call.body.update as Record<string, unknown>)),
    [`POST ${api}/clusters/{cluster}:setMaintenancePolicy`]: (call) =>
      changed(call, { maintenancePolicy: call.body.maintenancePolicy }),
    [`POST ${api}/clusters/{cluster}:setResourceLabels`]: (call) =>
      changed(call, { resourceLabels: call.body.resourceLabels }),
    [`DELETE ${api}/clusters/{cluster}`]: (call) => {
      const path = clusterPath(call);
      if (cluster(call).deletionProtection)
        throw new Refusal(400, "failedPrecondition", `Cluster ${call.params.cluster} is under deletion protection`);
      for (const { name } of pools(path)) removePool(store, path, name);
      store.delete(path);
      return done("DELETE_CLUSTER", path);
    },
    [`GET ${api}/clusters/{cluster}/nodePools`]: (call) => ({ nodePools: pools(clusterPath(call)) }),
    [`GET ${api}/clusters/{cluster}/nodePools/{pool}`]: pool,
    [`POST ${api}/clusters/{cluster}/nodePools`]: (call) => {
      cluster(call);
      createPool(store, clusterPath(call), call.params.project!, call.body.nodePool as NodePool);
      return done("CREATE_NODE_POOL", clusterPath(call));
    },
    [`PUT ${api}/clusters/{cluster}/nodePools/{pool}`]: (call) => {
      const found = pool(call);
      const config = { ...found.config, ...changedConfig(call.body) };
      refuseNodeConfig(store, call.params.project!, config);
      found.config = config;
      return done("UPGRADE_NODES", clusterPath(call));
    },
    [`DELETE ${api}/clusters/{cluster}/nodePools/{pool}`]: (call) => {
      pool(call);
      removePool(store, clusterPath(call), call.params.pool!);
      return done("DELETE_NODE_POOL", clusterPath(call));
    },
  };
}

/** A ClusterUpdate says desiredX for X. */
const desired = (update: Record<string, unknown>): object =>
  Object.fromEntries(
    Object.entries(update).map(([key, value]) => [
      key.replace(/^desired(.)/, (_, first: string) => first.toLowerCase()),
      value,
    ]),
  );

/**
 * Of an UpdateNodePoolRequest; in a request a 64-bit number is text, and a list or a map lies in an object of its own.
 */
function changedConfig({ nodePoolId: _, name: __, diskSizeGb, ...rest }: Record<string, unknown>): NodeConfig {
  const unknown = Object.keys(rest).filter(
    (field) => !["linuxNodeConfig", "machineType", "diskType", "kubeletConfig"].includes(field),
  );
  if (unknown.length > 0) throw new Error(`the stand-in does not know how a node pool's ${unknown.join(", ")} changes`);
  return { ...rest, ...(diskSizeGb === undefined ? {} : { diskSizeGb: Number(diskSizeGb) }) };
}

/** A cluster with what Google fills in; with a pool of its own, as every new one has. Gives its path. */
export function createCluster(store: Store, { params, body }: Pick<Call, "params" | "body">): string {
  const wanted = body.cluster as Cluster &
    Record<string, string | object | undefined> & { initialNodeCount?: number; nodeConfig?: NodeConfig };
  const path = `projects/${params.project}/locations/${params.location}/clusters/${wanted.name}`;
  for (const name of [wanted.network, wanted.subnetwork]) if (typeof name === "string") store.get(relative(name));
  const { nodeConfig = {}, initialNodeCount = 0, ...kept } = wanted;
  const short = (name: unknown) => (typeof name === "string" ? name.split("/").pop() : "default");
  store.insert(path, {
    ...clusterDefaults,
    ...kept,
    id: `${store.next()}`,
    location: params.location,
    network: short(wanted.network),
    subnetwork: short(wanted.subnetwork),
    networkConfig: {
      network: wanted.network,
      subnetwork: wanted.subnetwork,
      datapathProvider: "ADVANCED_DATAPATH",
      ...(wanted.networkConfig as object),
    },
    locations: wanted.locations ?? [params.location],
    selfLink: `https://container.googleapis.com/v1beta1/${path}`,
  });
  createPool(store, path, params.project!, { name: "default-pool", config: nodeConfig, initialNodeCount, status: "" });
  return path;
}

const clusterDefaults = {
  shieldedNodes: { enabled: true },
  legacyAbac: { enabled: false },
  releaseChannel: { channel: "REGULAR" },
  networkPolicy: { enabled: false },
  status: "RUNNING",
  endpoint: "192.0.2.10",
  masterAuth: { clusterCaCertificate: Buffer.from("certificate authority of the stand-in").toString("base64") },
  currentMasterVersion: version,
  currentNodeVersion: version,
  initialClusterVersion: version,
  servicesIpv4Cidr: "10.72.0.0/20",
  clusterIpv4Cidr: "10.68.0.0/16",
  loggingService: "logging.googleapis.com/kubernetes",
  monitoringService: "monitoring.googleapis.com/kubernetes",
  databaseEncryption: { state: "DECRYPTED" },
  addonsConfig: { gcePersistentDiskCsiDriverConfig: { enabled: true }, networkPolicyConfig: { disabled: true } },
  labelFingerprint: "a9dc16a7",
  defaultMaxPodsConstraint: { maxPodsPerNode: "110" },
};

function createPool(store: Store, cluster: string, project: string, wanted: NodePool): void {
  const { locations } = store.get<Cluster>(cluster);
  refuseNodeConfig(store, project, wanted.config);
  const groups = (wanted.locations ?? locations ?? []).map(
    (zone) =>
      `projects/${project}/zones/${zone}/instanceGroupManagers/gke-${cluster.split("/").pop()}-${wanted.name}-grp`,
  );
  for (const path of groups)
    store.insert(path, {
      name: path.split("/").pop(),
      targetSize: wanted.initialNodeCount ?? 0,
      selfLink: origin + path,
      instanceGroup: (origin + path).replace("Managers", "s"),
    });
  store.insert(`${cluster}/nodePools/${wanted.name}`, {
    ...wanted,
    version,
    status: "RUNNING",
    locations: wanted.locations ?? locations,
    instanceGroupUrls: groups.map((path) => origin + path),
    maxPodsConstraint: { maxPodsPerNode: "110" },
    podIpv4CidrSize: 24,
  });
}

function removePool(store: Store, cluster: string, name: string): void {
  for (const url of store.get<NodePool>(`${cluster}/nodePools/${name}`).instanceGroupUrls ?? [])
    store.delete(relative(url));
  store.delete(`${cluster}/nodePools/${name}`);
}

/** What GKE refuses of a node, as far as it is known. */
function refuseNodeConfig(
  store: Store,
  project: string,
  { machineType = "e2-medium", metadata = {}, linuxNodeConfig, serviceAccount }: NodeConfig,
): void {
  const rules = store.nodeRules;
  const memory = rules.memoryOf(machineType);
  if (memory === undefined) throw invalid(`Invalid machine type ${machineType}`);
  for (const [key, value] of Object.entries(metadata)) refuseIf(rules.metadataMistake(key, value), `metadata ${key}`);
  for (const [key, value] of Object.entries(linuxNodeConfig?.sysctls ?? {}))
    refuseIf(rules.sysctlMistake(key, value, memory), `sysctl ${key}`);
  if (serviceAccount !== undefined && serviceAccount !== "default")
    store.get(`projects/${project}/serviceAccounts/${serviceAccount}`);
  const script = linuxNodeConfig?.customNodeInit?.initScript;
  if (!script) return;
  const [, bucket, object] = /^gs:\/\/([^/]+)\/(.+)$/.exec(script.gcsUri) ?? [];
  if (!store.has(`b/${bucket}/o/${encodeURIComponent(object!)}#${script.gcsGeneration}`))
    throw invalid(`Init script ${script.gcsUri}#${script.gcsGeneration} was not found`);
}

function refuseIf(reason: string | undefined, what: string): void {
  if (reason) throw invalid(`${what} ${reason}`);
}
