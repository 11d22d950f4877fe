const units = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;

export const Mi = units.Mi;
export const Gi = units.Gi;

/**
 * Bytes of a Kubernetes quantity in Mi, Gi or Ti ("256Mi", "1.5Gi"); undefined for anything else, "1gb" and "512M"
 * included.
 */
export function parseBytes(quantity: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(Mi|Gi|Ti)$/.exec(quantity);
  return match ? Math.round(Number(match[1]) * units[match[2] as keyof typeof units]) : undefined;
}

/**
 * The quantity that a person most likely meant: "1gb" -> "1Gi", "512 MB" -> "512Mi"; undefined if there is no guessing.
 */
export function nearestQuantity(text: string): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([mgt])i?b?\s*$/i.exec(text);
  return match ? `${match[1]}${match[2]!.toUpperCase()}i` : undefined;
}

/** Processors of a Kubernetes quantity ("250m", "1.5"); undefined for anything else. */
export function parseCpus(quantity: string): number | undefined {
  const [match, milli, whole] = /^(?:(\d+)m|(\d+(?:\.\d+)?))$/.exec(quantity) ?? [];
  return match === undefined ? undefined : milli === undefined ? Number(whole) : Number(milli) / 1000;
}

/** Bytes as a whole number of Mi, rounded down: what fits is what is promised. */
export const formatMi = (bytes: number): string => `${Math.floor(bytes / Mi)}Mi`;
