import { ApiServer } from "./api-server";
import { Unreachable, messageOf } from "./errors";
import type { EngineLog } from "./log";
import { namespacedIfBuiltIn, type Kind } from "./kinds";
import type { Settings } from "./settings";

/** One configured provider: what every operation on a resource needs. */
export class Session {
  private readonly opened: Promise<ApiServer | Unreachable>;
  private warned = false;

  constructor(
    readonly settings: Settings,
    readonly log: EngineLog,
    readonly cancelled: AbortSignal,
  ) {
    this.opened = ApiServer.open(settings).catch(
      (error: unknown) => new Unreachable("", settings.context, messageOf(error)),
    );
    // The first contact is on its way while the engine checks and compares.
    void this.reachable().catch(() => undefined);
  }

  /** The cluster, whether or not it answers; undefined when the kubeconfig leads to none. */
  async cluster(): Promise<ApiServer | undefined> {
    const cluster = await this.opened;
    return cluster instanceof ApiServer ? cluster : undefined;
  }

  /** The cluster, once it has answered; throws Unreachable with server and context. */
  async reachable(): Promise<ApiServer> {
    const cluster = await this.opened;
    if (!(cluster instanceof ApiServer)) throw cluster;
    await cluster.reachable();
    return cluster;
  }

  /** For previews: undefined when the cluster does not answer, which is said once. */
  async reachableOrWarn(urn: string): Promise<ApiServer | undefined> {
    try {
      return await this.reachable();
    } catch (error) {
      if (!this.warned)
        this.log.warn(urn, `${messageOf(error)}; what the server would make of the resources is not shown`);
      this.warned = true;
      return undefined;
    }
  }

  async defaultNamespace(): Promise<string> {
    return this.settings.namespace || (await this.cluster())?.namespace || "default";
  }

  async isNamespaced(kind: Kind): Promise<boolean> {
    return namespacedIfBuiltIn(kind) ?? (await this.cluster())?.isNamespaced(kind) ?? true;
  }
}
