// prettier-ignore
const factors: Record<string, number> = {
  n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

/** The number that a Kubernetes quantity ("1500m", "1Gi", 2) stands for, or undefined for anything else. */
export function quantity(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(value);
  const factor = factors[match?.[2] ?? ""];
  return match?.[1] === undefined || factor === undefined ? undefined : Number(match[1]) * factor;
}

const quantityKeys = new Set([
  "limits",
  "requests",
  "capacity",
  "hard",
  "allocatable",
  "overhead",
  "default",
  "defaultRequest",
  "max",
  "min",
]);

/**
 * Whether a path leads to a quantity. The API server rewrites them ("1024Mi" comes back as "1Gi"); compared as text
 * they would show a change, and roll the pods, on every `up` after a refresh.
 */
export function isQuantityPath(path: readonly (string | number)[]): boolean {
  const last = path.at(-1);
  return last === "sizeLimit" || last === "divisor" || quantityKeys.has(String(path.at(-2)));
}

export function sameQuantity(a: unknown, b: unknown): boolean {
  const [x, y] = [quantity(a), quantity(b)];
  return x !== undefined && y !== undefined && Math.abs(x - y) <= Math.abs(x) * 1e-12;
}
