import { PodLab, type Pod } from "./pod-lab";

/**
 * Gives each test of a suite a sentinel topology of its own, not yet started, and takes it away again, after the logs
 * of a test that failed.
 */
export function freshSentinelLab(use: (fresh: { lab: PodLab; redis: Pod[]; sentinels: Pod[] }) => void): void {
  let lab: PodLab;
  beforeEach(async () => {
    lab = await PodLab.create();
    use({ lab, ...lab.sentinelTopology() });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await lab.destroy();
  });
}
