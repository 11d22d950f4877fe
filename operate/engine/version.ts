/** The x.y.z in what a tool says of itself ("v3.200.0-dev.1+dirty" is 3.200.0), or undefined. */
export const versionIn = (text: string): string | undefined => /\d+\.\d+\.\d+/.exec(text)?.[0];

/** By number and not by letter, or 3.99.0 would pass for newer than 3.142.0. */
export const atLeast = (found: string, wanted: string): boolean =>
  found.localeCompare(wanted, "en", { numeric: true }) >= 0;
