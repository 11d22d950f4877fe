/**
 * Asks until the answer is truthy; fails with what was waited for and the last answer (or error), after a minute by
 * default. That is no bound on how long a thing may take, only on how long a test that will fail goes on: the machine
 * may be many times slower than usual.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  { timeout = 60_000, every = 100 } = {},
): Promise<Exclude<T, false | 0 | "" | null | undefined>> {
  const deadline = Date.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer as Exclude<T, false | 0 | "" | null | undefined>;
      last = answer;
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
    if (Date.now() > deadline)
      throw new Error(`waited ${timeout / 1000} s in vain: ${what} (last: ${JSON.stringify(last)})`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/**
 * Prints how long something took beside its target. A test does not fail for it: that is for make chaos and make bench,
 * on a quiet machine.
 */
export function printTime(what: string, since: number, targetSeconds: number): void {
  console.log(`      ${what}: ${((Date.now() - since) / 1000).toFixed(1)} s (target ${targetSeconds} s)`);
}

export const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds);
  });
