import { closest, distance } from "fastest-levenshtein";

/** The known name that was most likely meant; undefined if none is near. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const guess = closest(typed, known);
  return distance(typed.toLowerCase(), guess.toLowerCase()) <= Math.max(2, guess.length / 3) ? guess : undefined;
}
