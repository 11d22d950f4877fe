/** How a run of one folder ended; read by `make test`, which adds them up. */
export interface Counts {
  passed: number;
  failed: number;
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
