/** What a pod is for. */
export type Role = "redis" | "sentinel" | "endpoint" | "archive" | "drill";

/** The labels that select one role's pods; they never change, for a selector cannot. */
export const selectorLabels = (instance: string, role: Role) => ({
  "app.kubernetes.io/name": "redis",
  "app.kubernetes.io/instance": instance,
  "app.kubernetes.io/component": role,
});

/** Everything that this program makes carries these. */
export const commonLabels = (instance: string) => ({
  "app.kubernetes.io/name": "redis",
  "app.kubernetes.io/instance": instance,
  "app.kubernetes.io/managed-by": "pulumi",
});
