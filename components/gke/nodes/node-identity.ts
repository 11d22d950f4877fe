import * as projects from "@pulumi/gcp/projects";
import { Account } from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import type { GoogleCloudSettings } from "../settings";

/** Who the nodes are: an account that can write logs and metrics and read images, and nothing else. */
export interface NodeIdentity {
  email: pulumi.Output<string>;
  /** As an IAM policy names it. */
  member: pulumi.Output<string>;
  /** What a node may ask for at all; what it gets is decided by the account's roles. */
  scopes: string[];
  /** The switched-on parts of Google Cloud that everything else waits for. */
  services: pulumi.Resource[];
  /** What has to be there before a node is: an account without its role leaves nodes that never become ready. */
  ready: pulumi.Resource[];
}

export function createNodeIdentity(
  { name, project }: GoogleCloudSettings,
  services: pulumi.Resource[],
  parent: pulumi.ComponentResource,
): NodeIdentity {
  const account = new Account(
    `${name}-nodes`,
    { project, accountId: `${name}-nodes`, displayName: `Nodes of ${name}` },
    { parent, dependsOn: services },
  );
  const role = new projects.IAMMember(
    `${name}-nodes`,
    { project, role: "roles/container.defaultNodeServiceAccount", member: account.member },
    { parent },
  );
  return {
    email: account.email,
    member: account.member,
    scopes: ["https://www.googleapis.com/auth/cloud-platform"],
    services,
    ready: [account, role],
  };
}
