import * as fs from "node:fs";
import * as https from "node:https";
import { pki } from "./certificates";
import { apiPort, control } from "./layout";

/** As much of a Kubernetes client as starting a cluster takes; a full one costs half a second to load. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

let agent: https.Agent | undefined;

function connection(): https.Agent {
  agent ??= new https.Agent({
    keepAlive: true,
    ca: fs.readFileSync(pki("ca.crt")),
    cert: fs.readFileSync(pki("admin.crt")),
    key: fs.readFileSync(pki("admin.key")),
  });
  return agent;
}

/** For a new cluster, whose authority is another one; and so that no open connection keeps the process alive. */
export function disconnect(): void {
  agent?.destroy();
  agent = undefined;
}

function request(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "Content-Type": "application/apply-patch+yaml" };
    const sent = https.request(
      { host: control.address, port: apiPort, method, path, headers, agent: connection(), timeout: 5000 },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`The API server does not answer ${path} within 5 s.`)));
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Whether the path answers with success; an API server that is not there yet is no error here. */
export async function answers(path: string): Promise<boolean> {
  try {
    return (await request("GET", path)).status === 200;
  } catch {
    return false;
  }
}

/** The object or list at that path; undefined while it, or the API server, is not there. */
export async function find<T>(path: string): Promise<T | undefined> {
  try {
    const { status, text } = await request("GET", path);
    return status === 200 ? (JSON.parse(text) as T) : undefined;
  } catch {
    return undefined;
  }
}

const clusterScoped = new Set(["Namespace", "ClusterRole", "ClusterRoleBinding", "StorageClass"]);

export function pathOf({ apiVersion, kind, metadata }: KubeObject): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind.toLowerCase() + (kind.endsWith("ss") ? "es" : "s");
  const namespace = clusterScoped.has(kind) ? "" : `/namespaces/${metadata.namespace ?? "default"}`;
  return `${root}${namespace}/${plural}/${metadata.name}`;
}

/** Server-side apply: creates the object or makes it so. */
export async function apply(object: KubeObject): Promise<void> {
  const { status, text } = await request("PATCH", `${pathOf(object)}?fieldManager=redis-gke-local&force=true`, object);
  if (status !== 200 && status !== 201)
    throw new Error(`The API server refuses ${object.kind} ${object.metadata.name}: ${status} ${text.slice(0, 500)}`);
}
