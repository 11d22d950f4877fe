/** How a run of one folder ended; read by `make test`, which adds them up. */
export interface Counts {
  passed: number;
  failed: number;
}

/** On a person's machine a test may be skipped; in CI one that did not run has proved nothing, and counts as failed. */
export const countsOf = (stats: { passes: number; failures: number; pending: number }, ci: boolean): Counts => ({
  passed: stats.passes,
  failed: stats.failures + (ci ? stats.pending : 0),
});
