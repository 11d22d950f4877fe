import { hasUnknown, isSecret, isUnknown, reveal, type Fields, type Value } from "./values";

/**
 * The provider's inputs as the text that the engine will configure it with; secrets are looked into, unknowns left out.
 */
export function textValues(inputs: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, textOf(value)]));
}

function textOf(value: Value | undefined): string {
  const plain = isSecret(value) ? reveal(value.value) : value;
  if (plain === undefined || plain === null || isUnknown(plain)) return "";
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

const whereabouts = ["kubeconfig", "context", "cluster"];

/**
 * What changed in the provider's configuration, and whether it now leads to another cluster: then everything on it is
 * replaced.
 */
export async function configDiff(olds: Fields, news: Fields): Promise<{ diffs: string[]; replaces: string[] }> {
  const [before, after] = [textValues(olds), textValues(news)];
  const diffs = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => (before[key] ?? "") !== (after[key] ?? "") || hasUnknown(news[key]),
  );
  const moved = diffs.filter((key) => whereabouts.includes(key));
  if (moved.length === 0)
    return {
      diffs,
      replaces:
        diffs.includes("clusterIdentifier") && before.clusterIdentifier && after.clusterIdentifier
          ? ["clusterIdentifier"]
          : [],
    };
  const unknown = moved.filter((key) => hasUnknown(news[key]));
  if (unknown.length > 0) return { diffs, replaces: unknown };
  if (before.clusterIdentifier && before.clusterIdentifier === after.clusterIdentifier) return { diffs, replaces: [] };
  const { clusterIdentity } = await import("./kubeconfig");
  const [from, to] = [before, after].map((values) =>
    clusterIdentity({
      kubeconfig: values.kubeconfig ?? "",
      context: values.context ?? "",
      cluster: values.cluster ?? "",
    }),
  );
  return { diffs, replaces: from !== undefined && to !== undefined && from !== to ? moved : [] };
}
