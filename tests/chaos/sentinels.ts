import RedisClient, { type Redis } from "ioredis";
import type { ChaosStack } from "./deployment";

export interface Event {
  at: number;
  sentinel: string;
  channel: string;
  message: string;
}

/** What the sentinels say while a fault runs, from a client that is subscribed to each of them. */
export class Listener {
  readonly events: Event[] = [];
  private readonly clients: Redis[];

  constructor(deployment: ChaosStack) {
    this.clients = deployment.sentinelNodes.map((sentinel) => {
      const client = new RedisClient({
        host: deployment.address(sentinel),
        port: 26379,
        password: deployment.password,
        retryStrategy: () => 100,
        connectTimeout: 500,
        maxRetriesPerRequest: null,
        disableClientInfo: true,
      });
      client.on("error", () => undefined);
      client.on("pmessage", (_pattern: string, channel: string, message: string) => {
        this.events.push({ at: Date.now(), sentinel, channel, message });
      });
      void client.psubscribe("*").catch(() => undefined);
      return client;
    });
  }

  /** When each new master was first told of; a sentinel that was away tells of it again when it is back. */
  get elections(): number[] {
    const switches = this.events.filter(({ channel }) => channel === "+switch-master");
    return switches
      .filter(({ message }, index) => switches.findIndex((other) => other.message === message) === index)
      .map(({ at }) => at);
  }

  stop(): void {
    for (const client of this.clients) client.disconnect();
  }
}
