/** How a run of one folder ended; read by `make test`, which adds them up. */
export interface Counts {
  passed: number;
  failed: number;
}

/** What one folder's run leaves to the program that started it. */
export interface Run extends Counts {
  /** Each test that failed, a line each: its title and the first line of why. */
  failures: string[];
}

export interface Outcome {
  passes: number;
  failures: number;
  pending: number;
  /** Left out because one before them in the same story failed. */
  notRun: number;
}

/** On a person's machine a test may be skipped; in CI one that did not run has proved nothing, and counts as failed. */
export const countsOf = ({ passes, failures, pending, notRun }: Outcome, ci: boolean): Counts => ({
  passed: passes,
  failed: failures + notRun + (ci ? pending : 0),
});

export const failureLine = (title: string, error: { message?: string } | undefined): string =>
  `${title}: ${(error?.message ?? "").split("\n", 1)[0] || "no reason given"}`;
