import assert from "node:assert/strict";
import { kubectl } from "../support/cluster";
import { Deployment } from "./deployment";
import { faults } from "./faults";
import { freshPods, interrupt, runFault } from "./run";

/** What `make chaos` does and this does not, and why. */
const leftOut: Record<string, string> = {
  "17": "needs 9 GB of memory and a minute to write 1 GB",
};

/** What a crash may lose, in milliseconds of acknowledged writes; a planned move may lose none. */
const crashLoss = 1000;

/** Each fault once, held for seconds only, on one deployment. How long an outage may last is judged by `make chaos`: this machine may be busy, so that it is only printed. */
describe("faults under load, in short", function () {
  this.timeout(480_000);
  const deployment = new Deployment(`redis-chaos-${Math.random().toString(36).slice(2, 8)}`);
  let whole = false;

  before(async () => {
    // What an earlier run that was killed may have left.
    await kubectl("uncordon", "--selector=kubernetes.io/os=linux");
    await deployment.up();
    whole = true;
  });
  after(async () => {
    await interrupt();
    await deployment.remove();
  });

  // The whole cluster last: should it not come back, the others have been seen.
  const order = faults.filter(({ id }) => !(id in leftOut)).sort((a, b) => Number(a.id === "8") - Number(b.id === "8"));
  for (const fault of order) {
    it(`heals by itself and loses ${fault.losesNothing ? "nothing acknowledged" : "at most a second"}: ${fault.name.replace(/ for \d+ s$/, "")}`, async () => {
      if (!whole) await deployment.replace();
      whole = false;
      const { clients, healed, reason } = await runFault(fault, deployment, true);
      console.log(`      ${clients.map(({ client, outageMs, acknowledged, lost }) => `${client}: ${outageMs} ms out, ${acknowledged} writes, ${lost} lost`).join("; ")}`);
      assert.ok(healed, reason);
      const outside = clients.filter(({ client }) => !client.includes("cut off"));
      for (const { client, lost, lostMs, regressions } of outside) {
        if (fault.losesNothing) assert.deepEqual({ client, lost, regressions }, { client, lost: 0, regressions: 0 });
        else assert.ok(lostMs <= crashLoss, `${client} lost ${lost} writes, acknowledged over ${lostMs} ms`);
      }
      await freshPods(deployment);
      whole = true;
    });
  }
});
