import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { compute } from "./compute";
import { container } from "./container";
import { computeDisks } from "./compute-disks";
import { find, parseBody, Refusal, type RecordedRequest, type Routes } from "./http";
import { iam } from "./iam";
import { resourceManager } from "./resource-manager";
import { serviceUsage } from "./service-usage";
import { storage } from "./storage";
import { Store, type NodeRules } from "./store";

/** The parts of Google Cloud that the program uses, as far as it uses them, on loopback. */
export class StandIn {
  readonly store: Store;
  /** Every request in its turn. */
  readonly requests: RecordedRequest[] = [];
  /** Requests that no route is written for: what the real API would answer is not known, so the check cannot pass. */
  readonly unknown: string[] = [];
  private readonly routes: Routes;
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  constructor(nodeRules: NodeRules) {
    this.store = new Store(nodeRules);
    const services = [serviceUsage, resourceManager, iam, compute, computeDisks, storage, container];
    this.routes = Object.assign({}, ...services.map((service) => service(this.store))) as Routes;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /**
   * The plugin's settings that lead it here; each has the path of the real one, so that what is recorded is a real
   * path.
   */
  get endpoints(): Record<string, string> {
    const base = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return {
      computeCustomEndpoint: `${base}/compute/beta/`,
      containerCustomEndpoint: `${base}/v1beta1/`,
      storageCustomEndpoint: `${base}/storage/v1/`,
      resourceManagerCustomEndpoint: `${base}/v1/`,
      iamBetaCustomEndpoint: `${base}/v1/`,
      serviceUsageCustomEndpoint: `${base}/v1/`,
    };
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const method = request.method!;
    const { pathname, searchParams } = new URL(request.url!, "http://stand-in");
    const { body, media } = parseBody(request.headers["content-type"] ?? "", await text(request));
    const { status, reply } = this.reply(method, pathname, searchParams, body, media);
    this.requests.push({
      method,
      path: pathname,
      query: queryOf(searchParams),
      ...(body === undefined ? {} : { body: structuredClone(body) }),
      ...(media === undefined ? {} : { media }),
      status,
    });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
  }

  private reply(
    method: string,
    path: string,
    query: URLSearchParams,
    body: unknown,
    media?: string,
  ): { status: number; reply: object } {
    const route = find(this.routes, method, path);
    if (!route) {
      this.unknown.push(`${method} ${path}?${query.toString()}`);
      return {
        status: 501,
        reply: new Refusal(501, "notImplemented", `the stand-in has no route for ${method} ${path}`).toJson(),
      };
    }
    try {
      return {
        status: 200,
        reply: route.handler({
          params: route.params,
          query,
          body: structuredClone(body ?? {}) as Record<string, unknown>,
          media,
        }),
      };
    } catch (error) {
      const refusal =
        error instanceof Refusal
          ? error
          : new Refusal(500, "backendError", error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (refusal.status === 500) this.unknown.push(`${method} ${path}: ${refusal.message}`);
      return { status: refusal.status, reply: refusal.toJson() };
    }
  }
}

const queryOf = (query: URLSearchParams): Record<string, string | string[]> =>
  Object.fromEntries(
    [...new Set(query.keys())]
      .sort()
      .map((name) => [name, query.getAll(name).length > 1 ? query.getAll(name) : query.get(name)!]),
  );
