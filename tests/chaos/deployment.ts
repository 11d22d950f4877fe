import { imageNames } from "../../stand-ins/images";
import { kubectl, kubectlJson } from "../support/cluster";
import { Project } from "../support/project";

export type Config = Record<string, unknown>;

const stack = "chaos";

/** One sentinel deployment for many faults: its own stack, in a namespace of its own. */
export class ChaosStack {
  readonly password = "a-password-of-the-chaos-runs";
  private project = new Project();
  private addresses = new Map<string, string>();
  masterName = "";

  constructor(
    readonly namespace: string,
    private config: Config = {},
  ) {}

  /** A change stays, so that the next one is only that one. */
  async up(change: Config = {}): Promise<void> {
    this.config = { ...this.config, ...change };
    this.project.configure(stack, {
      mode: "sentinel",
      namespace: this.namespace,
      image: imageNames.redis,
      endpoint: { image: imageNames.haproxy },
      resources: { memory: "128Mi", cpu: "20m" },
      auth: { password: this.password },
      ...this.config,
    });
    if (this.masterName === "") await this.project.init(stack);
    await this.project.up(stack);
    this.masterName = (await this.project.outputs(stack)).masterName as string;
    const services = await kubectlJson<{ items: { metadata: { name: string }; spec: { clusterIP: string } }[] }>(
      "get",
      "services",
      "-n",
      this.namespace,
    );
    this.addresses = new Map(services.items.map(({ metadata, spec }) => [metadata.name, spec.clusterIP]));
  }

  /** Of the stack as it was deployed last; fails if it would change something. */
  preview(): Promise<string> {
    return this.project.pulumi(["preview", "--expect-no-changes", "--stack", stack]);
  }

  /** The address of a Service; each pod of Redis and of the sentinels has one of its own name. */
  address(service: string): string {
    const found = this.addresses.get(service);
    if (!found) throw new Error(`There is no Service ${service} in ${this.namespace}.`);
    return found;
  }

  get redisNodes(): string[] {
    return this.podsNamed(/^redis-\d+$/);
  }
  get sentinelNodes(): string[] {
    return this.podsNamed(/^redis-sentinel-\d+$/);
  }
  get sentinels(): string[] {
    return this.sentinelNodes.map((name) => this.address(name));
  }
  nodeAt(address: string): string | undefined {
    return [...this.addresses].find(([, known]) => known === address)?.[0];
  }

  private podsNamed(pattern: RegExp): string[] {
    return [...this.addresses.keys()].filter((name) => pattern.test(name)).sort();
  }

  /** Faster than a destroy, and does not wait for what a fault left broken. */
  async remove(): Promise<void> {
    await kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--timeout=120s");
    this.project.remove();
  }

  /** For a deployment that did not heal: nothing of it may reach into the next fault. */
  async replace(): Promise<void> {
    await this.remove();
    this.project = new Project();
    this.masterName = "";
    await this.up();
  }

  /** When the run is being interrupted: told once, not waited for. */
  async abandon(): Promise<void> {
    await kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--wait=false").catch(() => undefined);
    this.project.remove();
  }
}
