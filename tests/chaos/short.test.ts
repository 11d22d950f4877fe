import assert from "node:assert/strict";
import { defaults } from "../../components/redis/defaults";
import { kubectl } from "../support/cluster";
import { ChaosStack } from "./deployment";
import { faults } from "./faults";
import { logsOf } from "./logs";
import { lossInWords } from "./report";
import { freshPods, interrupt, runFault } from "./run";

/** What `make chaos` does and this does not, and why. */
const leftOut: Record<string, string> = {
  "17": "needs 9 GB of memory and a minute to write 1 GB",
};

/**
 * What a crash may lose, in milliseconds of acknowledged writes; a planned move may lose none. The bound is when a
 * master that hears no replica begins to refuse writes: `failover.maxLag`, and the second by which replicas report. The
 * target may be missed on a busy machine, where a replica is late with its turn, so that no test fails for it: it is
 * only printed.
 */
const crashLoss = { bound: (defaults.failover.maxLag + 1) * 1000, target: 1000 };

/**
 * Each fault once, held for seconds only, on one deployment. How long an outage lasts is printed, and measured by `make
 * chaos`.
 */
describe("faults under load, in short", function () {
  this.timeout(480_000);
  const deployment = new ChaosStack(`redis-chaos-${Math.random().toString(36).slice(2, 8)}`);
  let whole = false;

  before(async () => {
    // What an earlier run that was killed may have left.
    await kubectl("uncordon", "--selector=kubernetes.io/os=linux");
    await deployment.up();
    whole = true;
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(await logsOf(deployment, "--tail=40"));
  });
  after(async () => {
    await interrupt();
    await deployment.remove();
  });

  // The whole cluster last: should it not come back, the others have been seen.
  const order = faults.filter(({ id }) => !(id in leftOut)).sort((a, b) => Number(a.id === "8") - Number(b.id === "8"));
  for (const fault of order) {
    it(`heals by itself and loses ${fault.losesNothing ? "nothing acknowledged" : "no more than a crash may"}: ${fault.name.replace(/ for \d+ s$/, "")}`, async () => {
      if (!whole) await deployment.replace();
      whole = false;
      const { clients, healed, reason } = await runFault(fault, deployment, true);
      const told = clients
        .map(
          (result) =>
            `${result.client}: ${result.outageMs} ms out, ${result.acknowledged} writes, ${lossInWords(result)}`,
        )
        .join("; ");
      console.log(
        `      ${told}${fault.losesNothing ? "" : ` (target: at most ${crashLoss.target} ms of writes lost)`}`,
      );
      assert.ok(healed, reason);
      const outside = clients.filter(({ client }) => !client.includes("cut off"));
      for (const { client, lost, lostMs, regressions } of outside) {
        if (fault.losesNothing) assert.deepEqual({ client, lost, regressions }, { client, lost: 0, regressions: 0 });
        else assert.ok(lostMs <= crashLoss.bound, `${client} lost ${lost} writes, acknowledged over ${lostMs} ms`);
      }
      await freshPods(deployment);
      whole = true;
    });
  }
});
