import type { Mistake } from "./mistake";

/**
 * Whether objects may be named after it: with what is put behind it a Service's name stays within 63 characters, a
 * CronJob's within 52, and a StatefulSet's within the 52 that leave room for the label `controller-revision-hash`.
 */
export const isKubernetesName = (name: string): boolean => /^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$/.test(name);

export const kubernetesNameForm = "must be lower-case letters, digits and `-`, starting with a letter, at most 42";

/** What is wrong with a component's own name, after which its objects are named. */
export const nameMistakes = (name: string): Mistake[] =>
  isKubernetesName(name)
    ? []
    : [
        {
          property: "name",
          value: name,
          reason: `is the component's own name, after which its objects are named: it ${kubernetesNameForm}`,
        },
      ];

/** The labels that Kubernetes recommends, by what each says of an object. */
export const label = {
  name: "app.kubernetes.io/name",
  instance: "app.kubernetes.io/instance",
  role: "app.kubernetes.io/component",
  managedBy: "app.kubernetes.io/managed-by",
} as const;
