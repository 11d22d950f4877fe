import * as pulumi from "@pulumi/pulumi";
import { throwMistakes } from "../mistake";
import { nameMistakes } from "../names";
import { createArchive } from "./topology/archive";
import type { RedisArgs } from "./args";
import { compareWithLast } from "./topology/comparison";
import { redisPort, sentinelPort } from "./contract";
import { damageWarnings } from "./rules/damage-validation";
import type { RedisDeployed } from "./deployed";
import { createDrill } from "./topology/drill";
import { failoverWarnings } from "./rules/failover-validation";
import { createFoundation } from "./topology/foundation";
import { spreadWarnings } from "./rules/needs";
import { createPassword } from "./objects/password";
import { Sentinel } from "./topology/sentinel";
import { withDefaults } from "./settings";
import { Standalone } from "./topology/standalone";
import { stoppedWarnings } from "./rules/stopped";
import { findMistakes } from "./rules/validation";

/**
 * Redis on Kubernetes: `standalone`, or `sentinel` (a master, replicas, sentinels that replace a lost master, and an
 * endpoint that follows it). Authentication, the append-only file and RDB are always on.
 *
 * @example
 * const redis = new Redis("redis", { mode: "sentinel", resources: { memory: "1Gi" } }, { provider });
 * export const host = redis.host;
 *
 * @throws InputPropertiesError with every mistake in the arguments, before any resource is made; for a password that is
 * an Output as soon as it is known. RunError for a change that would lose data, held against `before`: in the preview.
 */
export class Redis extends pulumi.ComponentResource {
  /** `<service>.<namespace>.svc`, the Service that leads to Redis; in sentinel mode always to the current master. */
  readonly host: pulumi.Output<string>;
  /** Port of `host` and `readHost`: 6379. */
  readonly port: pulumi.Output<number>;
  /** As `host`, the Service that leads to replicas in sync; in standalone mode it is `host` itself. */
  readonly readHost: pulumi.Output<string>;
  /** As `host`, the Service that leads to the sentinels; undefined in standalone mode, as are the next three. */
  readonly sentinelHost: pulumi.Output<string | undefined>;
  /** Port of the sentinels: 26379. */
  readonly sentinelPort: pulumi.Output<number | undefined>;
  /** The name that the sentinels know the master by. */
  readonly masterName: pulumi.Output<string | undefined>;
  /** Every sentinel as `host:port`, for clients that want them all. */
  readonly sentinelNodes: pulumi.Output<string[] | undefined>;
  /** Password of Redis and of the sentinels (secret). */
  readonly password: pulumi.Output<string>;
  /** `redis://:password@host:port` (secret). */
  readonly url: pulumi.Output<string>;
  /**
   * `redis-sentinel://:password@node,node/0#masterName`, as Lettuce reads it (secret); undefined in standalone mode.
   */
  readonly sentinelUrl: pulumi.Output<string | undefined>;
  /** The namespace that everything lives in. */
  readonly namespace: pulumi.Output<string>;
  /** To be handed in again as `before` by the next deployment. */
  readonly deployed: pulumi.Output<RedisDeployed>;
  /** The image of its pods, which their nodes have in any case. */
  readonly image: string;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("redis-gke:redis:Redis", name, {}, opts);
    throwMistakes("Redis", name, [...nameMistakes(name), ...findMistakes(args)]);
    for (const warning of [
      ...failoverWarnings(args),
      ...spreadWarnings(args),
      ...damageWarnings(args),
      ...stoppedWarnings(args),
    ])
      void pulumi.log.warn(warning, this);
    const settings = withDefaults(name, pulumi.getStack(), args);

    this.image = settings.image;
    const password = createPassword(name, settings, this);
    const { approved, after, takesOver } = compareWithLast(name, settings, args, password, this);
    const foundation = createFoundation(name, settings, password, approved, this);
    // Not even registered before that: of a change that is refused nothing stays in the state.
    const inOrder = { parent: this, dependsOn: approved.apply(() => []) };
    const standalone = settings.mode === "standalone" ? new Standalone(name, settings, foundation, inOrder) : undefined;
    const sentinel =
      settings.mode === "sentinel" ? new Sentinel(name, settings, foundation, takesOver, inOrder) : undefined;

    createArchive(name, settings, foundation, this);
    createDrill(name, settings, foundation, this);

    this.host = (sentinel ?? standalone)!.host;
    this.readHost = sentinel?.readHost ?? this.host;
    this.port = pulumi.output(redisPort);
    this.sentinelHost = pulumi.output(sentinel?.sentinelHost);
    this.sentinelPort = pulumi.output(sentinel && sentinelPort);
    this.masterName = pulumi.output(sentinel && settings.masterName);
    this.sentinelNodes = pulumi.output(sentinel?.sentinelNodes);
    this.password = foundation.password;
    this.url = pulumi.interpolate`redis://:${this.password}@${this.host}:${redisPort}`;
    this.sentinelUrl = pulumi
      .all([this.sentinelNodes, this.password])
      .apply(
        ([nodes, password]) => nodes && `redis-sentinel://:${password}@${nodes.join(",")}/0#${settings.masterName}`,
      );
    this.namespace = foundation.namespace;
    this.deployed = pulumi
      .all([after, foundation.claims.storageClass, foundation.archives?.storageClass])
      .apply(([known, storageClass, ofArchives]) => ({
        ...known,
        storageClass,
        archive: known.archive && { ...known.archive, storageClass: ofArchives },
      }));
    this.registerOutputs({
      host: this.host,
      port: this.port,
      readHost: this.readHost,
      sentinelHost: this.sentinelHost,
      sentinelPort: this.sentinelPort,
      masterName: this.masterName,
      sentinelNodes: this.sentinelNodes,
      password: this.password,
      url: this.url,
      sentinelUrl: this.sentinelUrl,
      namespace: this.namespace,
    });
  }
}
