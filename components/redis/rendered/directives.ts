/** Directives of redis.conf or sentinel.conf, a line each. */
export const directives = (all: readonly (readonly [string, string | number])[]): string =>
  all.map(([name, value]) => `${name} ${value}\n`).join("");
