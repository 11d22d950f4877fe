import type { MockResourceArgs } from "@pulumi/pulumi/runtime";

type Props = Record<string, unknown>;

/** What Google would add to a resource, made up but of the right form: what the rest of a stack is built from. */
const made: Record<string, (inputs: Record<string, string>, name: string) => Props & { id?: string }> = {
  "gcp:compute/disk:Disk": ({ project, zone, name }) => ({ id: `projects/${project}/zones/${zone}/disks/${name}` }),
  "gcp:compute/regionDisk:RegionDisk": ({ project, region, name }) => ({
    id: `projects/${project}/regions/${region}/disks/${name}`,
  }),
  "gcp:compute/network:Network": ({ project, name }) => ({ id: `projects/${project}/global/networks/${name}` }),
  "gcp:compute/subnetwork:Subnetwork": ({ project, region, name }) => ({
    id: `projects/${project}/regions/${region}/subnetworks/${name}`,
  }),
  "gcp:container/cluster:Cluster": ({ project, location, name }) => ({
    id: `projects/${project}/locations/${location}/clusters/${name}`,
    endpoint: "203.0.113.10",
    masterAuth: { clusterCaCertificate: "Y2VydGlmaWNhdGU=" },
  }),
  "gcp:serviceaccount/account:Account": ({ project, accountId }) => ({
    email: `${accountId}@${project}.iam.gserviceaccount.com`,
    member: `serviceAccount:${accountId}@${project}.iam.gserviceaccount.com`,
  }),
  "gcp:storage/bucket:Bucket": (_, name) => ({ name: `${name}-0123abc`, projectNumber: 123456789012 }),
  "gcp:storage/bucketObject:BucketObject": () => ({ generation: 1700000000000001 }),
  "pulumi:pulumi:StackReference": () => ({ outputs: {}, secretOutputNames: [] }),
};

/** The resource as the cloud, or the cluster, would answer. */
export function create(
  { type, name, inputs }: MockResourceArgs,
  address: (name: string) => string,
): { id: string; state: Props } {
  const metadata = inputs.metadata as { name?: string } | undefined;
  const { id = `${name}-id`, ...added } = made[type]?.(inputs as Record<string, string>, name) ?? {};
  const state: Props = { ...(inputs as Props), ...added };
  if (metadata) state.metadata = { ...metadata, name: metadata.name ?? `${name}-0123abcd` };
  if (type === "kubernetes:core/v1:Service") state.spec = { clusterIP: address(name), ...(inputs.spec as object) };
  if (type === "random:index/randomPassword:RandomPassword") state.result = "generated-password-of-the-mock";
  return { id, state };
}
