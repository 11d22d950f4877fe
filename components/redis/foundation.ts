import * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import type { RedisSettings } from "./args";
import { redisConf } from "./configuration";
import { commonLabels } from "./labels";
import { podScripts } from "./scripts";

/** What both topologies stand on. */
export interface Foundation {
  namespace: Output<string>;
  /** Secret, and so is everything made from it. */
  password: Output<string>;
  /** Name of the Secret that holds it, under the key `password`. */
  secret: Output<string>;
  /** Names of the ConfigMaps with the pod scripts and with the rendered configuration. */
  scripts: Output<string>;
  configuration: Output<string>;
}

/**
 * The namespace, the password, the scripts and the configuration. Secret and ConfigMaps have no fixed names: a changed content gets a
 * new name, so that the pods are rolled to it one at a time, and those not rolled yet keep what they were started with.
 */
export function createFoundation(name: string, settings: RedisSettings, parent: ComponentResource): Foundation {
  const labels = commonLabels(name);
  const namespace = settings.createNamespace ? createNamespace(name, settings.namespace, parent) : pulumi.output(settings.namespace);
  const password = pulumi.secret(settings.auth.password ?? generatePassword(name, parent));
  const metadata = { namespace, labels };
  const secret = new k8s.core.v1.Secret(`${name}-password`, { metadata, stringData: { password } }, { parent });
  const scripts = new k8s.core.v1.ConfigMap(`${name}-scripts`, { metadata, data: podScripts() }, { parent });
  const rendered = new k8s.core.v1.ConfigMap(`${name}-configuration`, { metadata, data: { "redis.conf": redisConf(settings) } }, { parent });
  return { namespace, password, secret: secret.metadata.name, scripts: scripts.metadata.name, configuration: rendered.metadata.name };
}

/** The API server itself refuses a pod in it that is not as restricted as ours are. */
function createNamespace(name: string, namespace: string, parent: ComponentResource): Output<string> {
  const labels = { ...commonLabels(name), "pod-security.kubernetes.io/enforce": "restricted" };
  return new k8s.core.v1.Namespace(`${name}-namespace`, { metadata: { name: namespace, labels } }, { parent }).metadata.name;
}

const generatePassword = (name: string, parent: ComponentResource): Output<string> => new RandomPassword(`${name}-password`, { length: 32, special: false }, { parent }).result;
