/** Asks until the answer is truthy; fails with what was waited for and the last answer (or error). */
export async function eventually<T>(what: string, ask: () => T | Promise<T>, { timeout = 20_000, every = 100 } = {}): Promise<Exclude<T, false | 0 | "" | null | undefined>> {
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
    if (Date.now() > deadline) throw new Error(`waited ${timeout / 1000} s in vain: ${what} (last: ${JSON.stringify(last)})`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

export const sleep = (milliseconds: number) => new Promise<void>((resolve) => { setTimeout(resolve, milliseconds); });
