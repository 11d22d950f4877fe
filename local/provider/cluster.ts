import * as http from "node:http";
import * as https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Settings } from "./settings";
import { ApiError, Unreachable } from "./errors";
import { isBuiltIn, namespacedIfBuiltIn, nameOf, namespaceOf, type Kind } from "./kinds";
import { isFields, listAt, textAt, type Fields } from "./values";

/** How long a server may take to accept a connection, and to answer: a wrong address must not hang an `up`. */
const connectTimeout = 10_000;
const answerTimeout = 60_000;

export interface ApiRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  contentType?: string;
}

interface Resource { path: string; namespaced: boolean }

/** One API server: requests over kept connections, and the table of its resources. */
export class Cluster {
  readonly server: string;
  readonly context: string;
  private agent: http.Agent | undefined;
  private readonly tables = new Map<string, Promise<Map<string, Resource>>>();
  private contact: Promise<void> | undefined;

  constructor(private readonly config: KubeConfig) {
    this.server = config.getCurrentCluster()?.server.replace(/\/+$/, "") ?? "";
    this.context = config.getCurrentContext();
  }

  static async open(settings: Settings): Promise<Cluster> {
    // The client is loaded here and not at the start of the process: the engine waits for the port, and only then for the rest.
    const { loadKubeconfig } = await import("./kubeconfig");
    return new Cluster(loadKubeconfig(settings));
  }

  /** The context's namespace, where resources go that name none. */
  get namespace(): string {
    return this.config.getContextObject(this.context)?.namespace || "default";
  }

  /** Resolves once the server has answered; one question for the whole process, however many resources ask. */
  reachable(): Promise<void> {
    return (this.contact ??= this.request({ method: "GET", path: "/version" }).then(() => undefined, (error: unknown) => {
      if (error instanceof Unreachable || (error instanceof ApiError && error.code === 401)) throw error instanceof Unreachable ? error : new Unreachable(this.server, this.context, error.message);
    }));
  }

  async request({ method, path, query, body, contentType = "application/json" }: ApiRequest): Promise<Fields> {
    const url = new URL(this.server + path);
    for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(key, value);
    const options: https.RequestOptions = { method, headers: { Accept: "application/json", "User-Agent": "pulumi-kubernetes (stand-in)" } };
    try {
      // Asked for each time: a token from an exec plugin or a file expires during a long `up`. The connections are kept.
      await this.config.applyToHTTPSOptions(options);
    } catch (error) {
      throw new Unreachable(this.server, this.context, `no credentials: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.agent ??= keepAlive(options.agent as https.Agent | undefined, url);
    options.agent = this.agent;
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined) options.headers = { ...options.headers, "Content-Type": contentType, "Content-Length": Buffer.byteLength(text) };
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.exchange(url, options, text);
      } catch (error) {
        // A kept connection may be closed by the server just as it is used again; asking twice is only harmless for a read.
        if (method === "GET" && attempt < 2 && isReset(error)) continue;
        throw error instanceof ApiError ? error : new Unreachable(this.server, this.context, describe(error));
      }
    }
  }

  private exchange(url: URL, options: https.RequestOptions, text: string | undefined): Promise<Fields> {
    return new Promise((resolve, reject) => {
      const request = (url.protocol === "http:" ? http : https).request(url, options, (response) => {
        let answer = "";
        response.setEncoding("utf8").on("data", (chunk: string) => { answer += chunk; });
        response.on("error", reject);
        response.on("end", () => {
          const parsed = parse(answer);
          const code = response.statusCode ?? 0;
          if (code >= 200 && code < 300 && parsed) resolve(parsed);
          else reject(new ApiError(code, parsed ?? {}, answer.slice(0, 500)));
        });
      });
      const limit = setTimeout(() => request.destroy(new Error(`no answer within ${answerTimeout / 1000} s`)), answerTimeout);
      const connecting = setTimeout(() => request.destroy(new Error(`no connection within ${connectTimeout / 1000} s`)), connectTimeout);
      request.on("socket", (socket) => {
        if (!socket.connecting) clearTimeout(connecting);
        socket.once(url.protocol === "http:" ? "connect" : "secureConnect", () => clearTimeout(connecting));
      });
      request.on("close", () => { clearTimeout(limit); clearTimeout(connecting); });
      request.on("error", reject);
      request.end(text);
    });
  }

  /** Where objects of a kind live. A kind that the server does not know is a 404 of its own, so that the caller can wait for its definition. */
  private async resource(kind: Kind): Promise<Resource> {
    const find = async () => (await this.table(kind.apiVersion)).get(kind.kind);
    let found = await find();
    if (!found) {
      this.tables.delete(kind.apiVersion);
      found = await find();
    }
    if (!found) throw new ApiError(404, { reason: "NotFound", message: `the server has no ${kind.kind} in ${kind.apiVersion}; verify that its CustomResourceDefinition has been created`, details: { kind: "kinds" } });
    return found;
  }

  private table(apiVersion: string): Promise<Map<string, Resource>> {
    let table = this.tables.get(apiVersion);
    if (!table) {
      const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      table = this.request({ method: "GET", path: root }).then(
        (list) => new Map(listAt(list, "resources").filter(isFields)
          .filter((entry) => !textAt(entry, "name").includes("/"))
          .map((entry) => [textAt(entry, "kind"), { path: `${root}/%NS%${textAt(entry, "name")}`, namespaced: entry.namespaced === true }])),
        (error: unknown) => {
          this.tables.delete(apiVersion);
          if (error instanceof ApiError && error.code === 404) return new Map<string, Resource>();
          throw error;
        });
      this.tables.set(apiVersion, table);
    }
    return table;
  }

  async isKnown(kind: Kind): Promise<boolean> {
    return (await this.table(kind.apiVersion)).has(kind.kind);
  }

  /** Whether a kind lives in a namespace; a custom kind that nobody knows yet is taken to, as most do. */
  async isNamespaced(kind: Kind): Promise<boolean> {
    const builtIn = namespacedIfBuiltIn(kind);
    if (builtIn !== undefined) return builtIn;
    try {
      return (await this.table(kind.apiVersion)).get(kind.kind)?.namespaced ?? true;
    } catch {
      return true;
    }
  }

  async pathOf(kind: Kind, namespace: string, name?: string): Promise<string> {
    const { path, namespaced } = await this.resource(kind);
    const within = namespaced && (namespace || name) ? `namespaces/${encodeURIComponent(namespace || "default")}/` : "";
    return path.replace("%NS%", within) + (name ? `/${encodeURIComponent(name)}` : "");
  }

  async get(kind: Kind, namespace: string, name: string): Promise<Fields> {
    return this.request({ method: "GET", path: await this.pathOf(kind, namespace, name) });
  }

  getLive(object: Fields): Promise<Fields> {
    return this.get({ apiVersion: textAt(object, "apiVersion"), kind: textAt(object, "kind") }, namespaceOf(object), nameOf(object));
  }

  async list(kind: Kind, namespace: string, query: Record<string, string> = {}): Promise<Fields[]> {
    const answer = await this.request({ method: "GET", path: await this.pathOf(kind, namespace), query });
    return listAt(answer, "items").filter(isFields);
  }

  /** After a definition came or went, its kinds are looked up anew. */
  forgetCustomKinds(): void {
    for (const apiVersion of this.tables.keys()) if (!isBuiltIn(apiVersion)) this.tables.delete(apiVersion);
  }
}

function keepAlive(agent: https.Agent | undefined, url: URL): http.Agent {
  if (url.protocol === "http:" && !agent) return new http.Agent({ keepAlive: true });
  const kept = agent ?? new https.Agent();
  Object.assign(kept, { keepAlive: true, maxSockets: 32 });
  Object.assign(kept.options, { keepAlive: true });
  return kept;
}

/** An attempt at several addresses of one name fails with a bundle of errors and no message of its own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(describe))].join("; ");
  return error instanceof Error ? error.message : String(error);
}

const isReset = (error: unknown): boolean => error instanceof Error && ["ECONNRESET", "EPIPE"].includes(String((error as NodeJS.ErrnoException).code));

function parse(text: string): Fields | undefined {
  try {
    const value = JSON.parse(text) as Fields;
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
