import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../lib/run";
import { apiUrl, clusterDomain, clusterNodes, control, dirs, network } from "./layout";

/** Files below `dirs.pki`; each certificate NAME has NAME.crt and NAME.key. */
export const pki = (file: string) => path.join(dirs.pki, file);

interface Certificate {
  name: string;
  /** Kubernetes takes the user from CN and the groups from O. */
  subject: string;
  /** Names and addresses that a server answers under; none for a client. */
  names?: string[];
}

const certificates: readonly Certificate[] = [
  {
    name: "apiserver",
    subject: "/CN=kube-apiserver",
    names: [
      `IP:${control.address}`,
      `IP:${network.apiService}`,
      "IP:127.0.0.1",
      ...["kubernetes", "kubernetes.default", "kubernetes.default.svc", `kubernetes.default.svc.${clusterDomain}`].map(
        (name) => `DNS:${name}`,
      ),
    ],
  },
  { name: "apiserver-kubelet-client", subject: "/O=system:masters/CN=kube-apiserver-kubelet-client" },
  { name: "controller-manager", subject: "/CN=system:kube-controller-manager" },
  { name: "scheduler", subject: "/CN=system:kube-scheduler" },
  { name: "kube-proxy", subject: "/CN=system:kube-proxy" },
  { name: "admin", subject: "/O=system:masters/CN=redis-gke-admin" },
  // A node's certificate serves its kubelet both ways: towards the API server, and as the server for exec and logs.
  ...clusterNodes.map((node) => ({
    name: node.name,
    subject: `/O=system:nodes/CN=system:node:${node.name}`,
    names: [`IP:${node.address}`, `DNS:${node.name}`],
  })),
];

const days = ["-days", "3650"];
const ecKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A small authority of the cluster's own, and a certificate for each who talks to the API server. */
export async function createCertificates(): Promise<void> {
  fs.mkdirSync(dirs.pki, { recursive: true, mode: 0o700 });
  await Promise.all([
    run("openssl", ["genrsa", "-out", pki("service-accounts.key"), "2048"]),
    run("openssl", [
      "req",
      "-x509",
      ...ecKey,
      ...days,
      "-subj",
      "/CN=redis-gke",
      "-addext",
      "keyUsage=critical,keyCertSign,cRLSign",
      "-keyout",
      pki("ca.key"),
      "-out",
      pki("ca.crt"),
    ]),
  ]);
  await Promise.all(certificates.map(sign));
  for (const { name } of certificates) writeKubeconfig(name);
}

function sign({ name, subject, names }: Certificate): Promise<string> {
  const extensions = [
    "basicConstraints=critical,CA:FALSE",
    "extendedKeyUsage=clientAuth,serverAuth",
    ...(names ? [`subjectAltName=${names.join(",")}`] : []),
  ];
  return run("openssl", [
    "req",
    "-x509",
    ...ecKey,
    ...days,
    "-subj",
    subject,
    ...extensions.flatMap((extension) => ["-addext", extension]),
    "-CA",
    pki("ca.crt"),
    "-CAkey",
    pki("ca.key"),
    "-keyout",
    pki(`${name}.key`),
    "-out",
    pki(`${name}.crt`),
  ]);
}

export const kubeconfigOf = (name: string) => pki(`${name}.kubeconfig`);

function writeKubeconfig(name: string): void {
  fs.writeFileSync(
    kubeconfigOf(name),
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "redis-gke", cluster: { server: apiUrl, "certificate-authority": pki("ca.crt") } }],
      users: [{ name, user: { "client-certificate": pki(`${name}.crt`), "client-key": pki(`${name}.key`) } }],
      contexts: [{ name: "redis-gke", context: { cluster: "redis-gke", user: name } }],
      "current-context": "redis-gke",
    }),
    { mode: 0o600 },
  );
}

/** The administrator's kubeconfig; it holds its certificates, so that it can be copied to where it is needed. */
export function userKubeconfig(namespace: string): string {
  const base64 = (file: string) => fs.readFileSync(pki(file)).toString("base64");
  return `apiVersion: v1
kind: Config
clusters:
  - name: redis-gke
    cluster:
      server: ${apiUrl}
      certificate-authority-data: ${base64("ca.crt")}
users:
  - name: redis-gke
    user:
      client-certificate-data: ${base64("admin.crt")}
      client-key-data: ${base64("admin.key")}
contexts:
  - name: redis-gke
    context:
      cluster: redis-gke
      user: redis-gke
      namespace: ${namespace}
current-context: redis-gke
`;
}
