import { Connection, type ApiRequest } from "./connection";
import type { Settings } from "./settings";
import { ApiError, Unreachable } from "./errors";
import { isBuiltIn, namespacedIfBuiltIn, nameOf, namespaceOf, type Kind } from "./kinds";
import { isFields, listAt, textAt, type Fields } from "./values";

interface Resource {
  path: string;
  namespaced: boolean;
}

/** One API server as the operations see it: its kinds, and the objects of a kind. */
export class ApiServer {
  private readonly tables = new Map<string, Promise<Map<string, Resource>>>();
  private contact: Promise<void> | undefined;

  constructor(private readonly connection: Connection) {}

  static async open(settings: Settings): Promise<ApiServer> {
    // The client is loaded here and not at the start of the process: the engine waits for the port, and only then for
    // the rest.
    const { loadKubeconfig } = await import("./kubeconfig");
    return new ApiServer(new Connection(loadKubeconfig(settings)));
  }

  get namespace(): string {
    return this.connection.namespace;
  }

  request(request: ApiRequest): Promise<Fields> {
    return this.connection.request(request);
  }

  /** Resolves once the server has answered; one question for the whole process, however many resources ask. */
  reachable(): Promise<void> {
    return (this.contact ??= this.ask());
  }

  private async ask(): Promise<void> {
    try {
      await this.request({ method: "GET", path: "/version" });
    } catch (error) {
      if (error instanceof Unreachable) throw error;
      // Whoever may not read the version may still be allowed all that the program needs; only unknown credentials are
      // hopeless.
      if (error instanceof ApiError && error.code === 401)
        throw new Unreachable(this.connection.server, this.connection.context, error.message);
    }
  }

  /**
   * Where objects of a kind live. A kind that the server does not know is a 404 of its own, so that the caller can wait
   * for its definition.
   */
  private async resource(kind: Kind): Promise<Resource> {
    const find = async () => (await this.table(kind.apiVersion)).get(kind.kind);
    let found = await find();
    if (!found) {
      this.tables.delete(kind.apiVersion);
      found = await find();
    }
    if (!found)
      throw new ApiError(404, {
        reason: "NotFound",
        message: `the server has no ${kind.kind} in ${kind.apiVersion}; verify that its CustomResourceDefinition has been created`,
        details: { kind: "kinds" },
      });
    return found;
  }

  private table(apiVersion: string): Promise<Map<string, Resource>> {
    let table = this.tables.get(apiVersion);
    if (!table) {
      const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      table = this.request({ method: "GET", path: root }).then(
        (list) =>
          new Map(
            listAt(list, "resources")
              .filter(isFields)
              .filter((entry) => !textAt(entry, "name").includes("/"))
              .map((entry) => [
                textAt(entry, "kind"),
                { path: `${root}/%NS%${textAt(entry, "name")}`, namespaced: entry.namespaced === true },
              ]),
          ),
        (error: unknown) => {
          this.tables.delete(apiVersion);
          if (error instanceof ApiError && error.code === 404) return new Map<string, Resource>();
          throw error;
        },
      );
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
    return this.get(
      { apiVersion: textAt(object, "apiVersion"), kind: textAt(object, "kind") },
      namespaceOf(object),
      nameOf(object),
    );
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
