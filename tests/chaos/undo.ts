/** What has to be put back, whatever happens: a cable that stays pulled would be the next run's mystery. */
export class Undo {
  private readonly steps: (() => Promise<unknown> | void)[] = [];

  /** Told before the fault is made: between the two the run may be interrupted. */
  add(step: () => Promise<unknown> | void): void {
    this.steps.push(step);
  }

  /** The last fault first. A step that fails does not keep the others from being taken. */
  async all(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
