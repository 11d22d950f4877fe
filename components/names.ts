import type { Mistake } from "./mistake";

/**
 * A name that everything may be named after: a namespace, and with an ending Services and pods (63 characters at most, those of a CronJob 52), and
 * labels, of which Kubernetes itself makes one of a StatefulSet's name and eleven characters more.
 */
export const isKubernetesName = (name: string): boolean => /^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$/.test(name);

export const kubernetesNameForm = "must be lower-case letters, digits and `-`, starting with a letter, at most 42";

/** What is wrong with a component's own name, after which its objects are named. */
export const nameMistakes = (name: string): Mistake[] =>
  isKubernetesName(name) ? [] : [{ property: "name", value: name, reason: `is the component's own name, after which its objects are named: it ${kubernetesNameForm}` }];
