import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Output, Resource } from "@pulumi/pulumi";
import { createArchives, type Archives } from "./archives";
import type { RedisSettings } from "../args";
import { createClaims, type Claims } from "../objects/claims";
import { contentNamed } from "../objects/config-map";
import { redisConf } from "../rendered/redis-conf";
import { commonLabels } from "../contract";
import { createRestore } from "./restore";
import type { RestoreParts } from "../objects/restore-containers";
import { createScripts } from "../objects/scripts";

/** What both topologies stand on. */
export interface Foundation {
  namespace: Output<string>;
  /** Secret, and so is everything made from it. */
  password: Output<string>;
  /** Name of the Secret that holds it, under the key `password`. */
  passwordSecret: Output<string>;
  /** Names of the ConfigMaps with the data pods' scripts and with the rendered configuration. */
  scripts: Output<string>;
  configuration: Output<string>;
  claims: Claims;
  /** What is there before the data pods are, which need it: their claims, and the choice of an archive. */
  prerequisites: Resource[];
  /** Undefined without an archive. */
  archives?: Archives;
  /** What the data pods need to begin with an archive; undefined without `restore`. */
  restore?: RestoreParts;
}

/**
 * The namespace, the password's Secret, the scripts, the configuration and the claims. Secret and ConfigMaps have no
 * fixed names: a changed content gets a new name, so that the pods are rolled to it one at a time, and those not rolled
 * yet keep what they were started with. The namespace waits until the change is `approved`, and everything that lives
 * in it with it.
 */
export function createFoundation(
  name: string,
  settings: RedisSettings,
  password: Output<string>,
  approved: Output<void>,
  parent: ComponentResource,
): Foundation {
  const namespace = namespaceOf(name, settings, approved, parent);
  // Nobody changes it below pods that run: each would take the other password at its next start, and not talk to those
  // that have not yet.
  const secret = new k8s.core.v1.Secret(
    `${name}-password`,
    { metadata: { namespace, labels: commonLabels(name) }, stringData: { password }, immutable: true },
    { parent },
  );
  const configuration = contentNamed(
    { instance: name, name: `${name}-configuration`, namespace, data: { "redis.conf": redisConf(settings) } },
    parent,
  );
  const archives = createArchives(name, settings, namespace, parent);
  const claims = createClaims(name, settings, namespace, parent);
  const restore = createRestore(name, settings, archives, namespace, parent);
  return {
    namespace,
    password,
    passwordSecret: secret.metadata.name,
    scripts: createScripts(name, "redis", namespace, parent),
    configuration,
    archives,
    claims,
    restore,
    prerequisites: [...claims.all, ...(restore ? [restore.choice] : [])],
  };
}

/** Names of the ConfigMaps and of the Secret that a data pod reads; the password itself stays out of pods' specs. */
export const readByPods = ({ scripts, configuration, passwordSecret }: Foundation) => ({
  scripts,
  configuration,
  passwordSecret,
});

/**
 * One that is made here, in which the API server itself refuses a pod that is not as restricted as ours are; or one
 * that others made, which is only read. Made at first and read later, it is let go of as it is: what is read is not
 * deleted, and has the same id.
 */
function namespaceOf(
  name: string,
  settings: RedisSettings,
  approved: Output<void>,
  parent: ComponentResource,
): Output<string> {
  const namespace = approved.apply(() => settings.namespace);
  if (!settings.createNamespace)
    return k8s.core.v1.Namespace.get(`${name}-namespace`, namespace, { parent }).metadata.apply(
      () => settings.namespace,
    );
  const labels = { ...commonLabels(name), "pod-security.kubernetes.io/enforce": "restricted" };
  return new k8s.core.v1.Namespace(
    `${name}-namespace`,
    { metadata: { name: namespace, labels } },
    { parent, protect: settings.persistence.protect },
  ).metadata.name;
}
