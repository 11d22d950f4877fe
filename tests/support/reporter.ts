import * as fs from "node:fs";
import Mocha from "mocha";
import { countsOf, failureLine, type Counts, type Run } from "./counts";

/** Mocha's own listing, ended by one line: `N passed, N failed`. */
class HonestReporter extends Mocha.reporters.Spec {
  private readonly ci = process.env.CI === "true";

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const reason = process.env.REDIS_GKE_CANNOT_RUN;
    if (reason) {
      console.log(reason);
      runner.suite.pending = true;
    }
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => this.conclude());
  }

  /** Mocha's hook for the exit code. */
  override done(_failures: number, finish?: (failures: number) => void): void {
    finish?.(this.counts().failed);
  }

  private get notRun(): number {
    return Math.max(0, this.runner.total - this.stats.tests);
  }

  private counts(): Counts {
    return countsOf({ ...this.stats, notRun: this.notRun }, this.ci);
  }

  private conclude(): void {
    const { passed, failed } = this.counts();
    const run: Run = { passed, failed, failures: this.failures.map((test) => failureLine(test.fullTitle(), test.err)) };
    if (process.env.REDIS_GKE_MOCHA_COUNTS) fs.writeFileSync(process.env.REDIS_GKE_MOCHA_COUNTS, JSON.stringify(run));
    if (this.stats.pending > 0) console.log(`${this.stats.pending} skipped${this.ci ? ", counted as failed" : ""}`);
    if (this.notRun > 0) console.log(`${this.notRun} not run after a failure, counted as failed`);
    console.log(`${passed} passed, ${failed} failed`);
  }
}

// Mocha takes what the file is, not what it exports by a name.
module.exports = HonestReporter;
