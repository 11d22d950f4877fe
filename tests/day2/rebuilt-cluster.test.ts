import assert from "node:assert/strict";
import { ensureCluster, stopCluster } from "../../stand-ins/cluster";
import { stackState } from "../../operate/engine/backend";
import { clusterId } from "../../operate/engine/kubectl";
import { forgetSalts } from "../../operate/engine/salt";
import { destroy, outputs, removeStack, up } from "../../operate/engine/stack";
import { embedded } from "../../operate/engine/target";
import { redisCli, settled } from "../support/cluster";

/**
 * A machine that was switched off: the embedded cluster is made anew, and the stack of the one before it is still
 * there.
 */
describe("make up after the embedded cluster was built anew", function () {
  this.timeout(600_000);
  let deployed = false;

  after(async () => {
    if (!deployed) return;
    await destroy(embedded, 300);
    await removeStack(embedded, false);
    await forgetSalts();
  });

  it("deploys the stack again, though the program refuses to leave the data of a cluster that still is there", async function () {
    if (stackState(embedded.stack).resources > 0) {
      console.log(`      the stack ${embedded.stack} is deployed, with what somebody keeps in it: make down first`);
      this.skip();
    }
    deployed = true;
    await up(embedded);
    const namespace = (await outputs(embedded)).namespace as string;
    await redisCli(namespace, await settled(namespace, { timeout: 120_000 }), "SET", "of the cluster before", "yes");
    const before = await clusterId(embedded);

    await stopCluster();
    await ensureCluster();
    assert.notEqual(await clusterId(embedded), before);
    await up(embedded);

    assert.equal((await outputs(embedded)).namespace, namespace);
    assert.equal(
      await redisCli(namespace, await settled(namespace, { timeout: 120_000 }), "EXISTS", "of the cluster before"),
      "0",
    );
  });
});
