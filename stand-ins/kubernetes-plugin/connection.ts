import * as http from "node:http";
import * as https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { ApiError, Unreachable } from "./errors";
import { isFields, type Fields } from "./values";

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

/** Requests to one API server, over connections that are kept. */
export class Connection {
  readonly server: string;
  readonly context: string;
  private agent: http.Agent | undefined;

  constructor(private readonly config: KubeConfig) {
    this.server = config.getCurrentCluster()?.server.replace(/\/+$/, "") ?? "";
    this.context = config.getCurrentContext();
  }

  /** The context's namespace, where resources go that name none. */
  get namespace(): string {
    return this.config.getContextObject(this.context)?.namespace || "default";
  }

  async request({ method, path, query, body, contentType = "application/json" }: ApiRequest): Promise<Fields> {
    const url = new URL(this.server + path);
    for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(key, value);
    const options: https.RequestOptions = {
      method,
      headers: { Accept: "application/json", "User-Agent": "pulumi-kubernetes (stand-in)" },
    };
    try {
      // Asked for each time: a token from an exec plugin or a file expires during a long `up`. The connections are
      // kept.
      await this.config.applyToHTTPSOptions(options);
    } catch (error) {
      throw new Unreachable(
        this.server,
        this.context,
        `no credentials: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    this.agent ??= keepAlive(options.agent as https.Agent | undefined, url);
    options.agent = this.agent;
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined)
      options.headers = { ...options.headers, "Content-Type": contentType, "Content-Length": Buffer.byteLength(text) };
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.exchange(url, options, text);
      } catch (error) {
        // A kept connection may be closed by the server just as it is used again; asking twice is only harmless for a
        // read.
        if (method === "GET" && attempt < 2 && isReset(error)) continue;
        throw error instanceof ApiError ? error : new Unreachable(this.server, this.context, describe(error));
      }
    }
  }

  private exchange(url: URL, options: https.RequestOptions, text: string | undefined): Promise<Fields> {
    return new Promise((resolve, reject) => {
      const request = (url.protocol === "http:" ? http : https).request(url, options, (response) => {
        let answer = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          answer += chunk;
        });
        response.on("error", reject);
        response.on("end", () => {
          const parsed = parse(answer);
          const code = response.statusCode ?? 0;
          if (code >= 200 && code < 300 && parsed) resolve(parsed);
          else reject(new ApiError(code, parsed ?? {}, answer.slice(0, 500)));
        });
      });
      const limit = setTimeout(
        () => request.destroy(new Error(`no answer within ${answerTimeout / 1000} s`)),
        answerTimeout,
      );
      const connecting = setTimeout(
        () => request.destroy(new Error(`no connection within ${connectTimeout / 1000} s`)),
        connectTimeout,
      );
      request.on("socket", (socket) => {
        if (!socket.connecting) clearTimeout(connecting);
        socket.once(url.protocol === "http:" ? "connect" : "secureConnect", () => clearTimeout(connecting));
      });
      request.on("close", () => {
        clearTimeout(limit);
        clearTimeout(connecting);
      });
      request.on("error", reject);
      request.end(text);
    });
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

const isReset = (error: unknown): boolean =>
  error instanceof Error && ["ECONNRESET", "EPIPE"].includes(String((error as NodeJS.ErrnoException).code));

function parse(text: string): Fields | undefined {
  try {
    const value = JSON.parse(text) as Fields;
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
