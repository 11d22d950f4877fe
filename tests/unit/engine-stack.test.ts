import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkpointFile, dropUnwritten, withoutDeployed } from "../../operate/engine/backend";
import { withoutSalt, withSaltOf } from "../../operate/engine/salt";
import { embedded, targetOf } from "../../operate/engine/target";
import { together } from "../../lib/together";

describe("engine: the salt in a stack's tracked file", () => {
  const authored =
    "# Why it is so.\nconfig:\n  redis-gke:mode: sentinel   # three of each\n\n  redis-gke:replicas: 3\n";

  it("keeps the author's blank lines and spacing, which the CLI drops when it adds its salt", () => {
    const written =
      "# Why it is so.\nconfig:\n  redis-gke:mode: sentinel # three of each\n  redis-gke:replicas: 3\nencryptionsalt: v1:abc=:v1:def\n";
    assert.equal(withSaltOf(authored, written), `${authored}encryptionsalt: v1:abc=:v1:def\n`);
  });

  it("replaces a salt that is there, rather than adding a second one that YAML refuses", () => {
    const result = withSaltOf(`${authored}encryptionsalt: v1:old\n`, "config: {}\nencryptionsalt: v1:new\n");
    assert.equal(result, `${authored}encryptionsalt: v1:new\n`);
  });

  it("gives back the committed text when the salt goes, so that the tree is clean", () => {
    assert.equal(withoutSalt(`${authored}encryptionsalt: v1:abc\n`), authored);
    assert.equal(withoutSalt(authored), authored);
  });

  it("does not touch a setting that only mentions the word", () => {
    const text = "config:\n  redis-gke:note: encryptionsalt: none\n";
    assert.equal(withoutSalt(text), text);
  });
});

describe("engine: a stack whose cluster was built anew", () => {
  it("is held against nothing that ran in the one before, and keeps all else of its state", () => {
    const other = {
      type: "kubernetes:core/v1:Namespace",
      urn: "urn:other",
      outputs: { deployed: "its own", password: "its own" },
    };
    const state = (outputs: Record<string, unknown>) => ({
      version: 3,
      checkpoint: {
        stack: "local",
        latest: {
          manifest: { time: "t" },
          resources: [other, { type: "pulumi:pulumi:Stack", urn: "urn:stack", outputs }],
          pending_operations: [],
        },
      },
    });
    const outputs = { namespace: "redis-local", masterName: "local-redis", host: "redis" };
    assert.deepEqual(
      withoutDeployed(
        state({ ...outputs, deployed: { redis: { cluster: "kube-system 1" } }, password: { ciphertext: "x" } }),
      ),
      state(outputs),
    );
    assert.deepEqual(withoutDeployed({}), { checkpoint: { latest: { resources: undefined } } });
  });
});

describe("engine: a state that was being written when its up was killed", () => {
  it("loses the empty attributes beside it, and nothing else", () => {
    const backend = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-backend-"));
    try {
      const stacks = path.dirname(checkpointFile("local", backend));
      fs.mkdirSync(stacks, { recursive: true });
      const files = { "local.json": "{}", "local.json.attrs": "", "dev.json": "", "dev.json.attrs": "{}" };
      for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(stacks, name), text);
      assert.deepEqual(dropUnwritten(backend), ["local.json.attrs"]);
      assert.deepEqual(fs.readdirSync(stacks).sort(), ["dev.json", "dev.json.attrs", "local.json"]);
    } finally {
      fs.rmSync(backend, { recursive: true });
    }
  });
});

describe("engine: where a stack goes", () => {
  it("is the embedded cluster without a context, also when CONTEXT is set but empty", () => {
    assert.equal(targetOf(undefined), embedded);
    assert.equal(targetOf(""), embedded);
  });

  it("keeps a cloud's context name, with its colons and slashes, inside the state folder", () => {
    const target = targetOf("arn:aws:eks:eu-west-1:1:cluster/../../prod");
    assert.equal(target.stack, "minikube");
    assert.match(target.kubeconfig, /\.state\/kubeconfig-arn_aws_eks_eu-west-1_1_cluster_\.\._\.\._prod$/);
  });
});

describe("engine: parts that run at the same time", () => {
  it("tells of every part that failed, and only when the last one has ended", async () => {
    let ended = false;
    const slow = new Promise<void>((resolve) =>
      setTimeout(() => {
        ended = true;
        resolve();
      }, 20),
    );
    await assert.rejects(
      together([Promise.reject(new Error("no Go")), slow, Promise.reject(new Error("no disk"))]),
      /no Go\n\nno disk/,
    );
    assert.equal(ended, true);
  });
});
