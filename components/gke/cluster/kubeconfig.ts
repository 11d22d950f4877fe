import * as pulumi from "@pulumi/pulumi";

/** The program that asks Google for a token, and how it is installed. */
export const authPlugin = {
  command: "gke-gcloud-auth-plugin",
  install:
    "gcloud components install gke-gcloud-auth-plugin (or, on Debian: apt-get install google-cloud-cli-gke-gcloud-auth-plugin)",
} as const;

export interface ClusterAccess {
  name: pulumi.Input<string>;
  /** Address of the control plane, without scheme. */
  endpoint: pulumi.Input<string>;
  /** Its certificate authority, in base64. */
  certificate: pulumi.Input<string>;
}

/**
 * A kubeconfig that asks `gke-gcloud-auth-plugin` for a token each time. One with a token in it would expire within the
 * hour, and lie in the state until then.
 */
export const kubeconfig = ({ name, endpoint, certificate }: ClusterAccess): pulumi.Output<string> =>
  pulumi.jsonStringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [
      { name, cluster: { server: pulumi.interpolate`https://${endpoint}`, "certificate-authority-data": certificate } },
    ],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: authPlugin.command,
            installHint: `Install it with: ${authPlugin.install}`,
            interactiveMode: "IfAvailable",
            provideClusterInfo: true,
          },
        },
      },
    ],
  });
