import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseConfig } from "../../config";
import { describe as describeMistakes } from "../../config/messages";
import { knownPaths } from "../../config/schema";

const parse = (own: Record<string, unknown>, others: Record<string, string> = {}) => {
  const all = Object.entries(own).map(([key, value]) => [
    `redis-gke:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return parseConfig({ ...Object.fromEntries(all), ...others }, "redis-gke", "test");
};
/** The one mistake about a key. */
const refusal = (own: Record<string, unknown>, property: string) => {
  const found = parse(own).mistakes.filter((mistake) => mistake.property === property);
  assert.equal(found.length, 1, `${property}: ${JSON.stringify(parse(own).mistakes)}`);
  return found[0]!.reason;
};

describe("config", () => {
  it("takes the smallest config there is, and puts it into a namespace of the stack's own", () => {
    const { config, mistakes } = parse({ mode: "sentinel" });
    assert.deepEqual(mistakes, []);
    assert.equal(config.redis.namespace, "redis-test");
    assert.ok(Object.isFrozen(config));
  });

  it("keeps 0 and false as values instead of taking the default", () => {
    assert.match(refusal({ mode: "sentinel", replicas: 0 }, "replicas"), /write 2 to 9/);
    assert.equal(parse({ mode: "standalone", createNamespace: false }).config.redis.createNamespace, false);
  });

  it("names every mistake at once, of every kind, and not only the first", () => {
    const { mistakes } = parse(
      {
        mode: "sentinel",
        sentinels: 4,
        replicas: "three",
        quorum: 1,
        image: "redis:latest",
        resources: { memory: "1gb", cpus: "1" },
        settings: { port: "7000" },
        replcias: 2,
        tls: true,
      },
      { "redis:mode": "sentinel" },
    );
    assert.deepEqual(mistakes.map(({ property }) => property).sort(), [
      "image",
      "redis:mode",
      "replcias",
      "replicas",
      "resources.cpus",
      "resources.memory",
      "sentinels",
      "settings.port",
      "tls",
    ]);
    const text = describeMistakes(mistakes, "redis-gke", "test");
    assert.match(text, /^Pulumi\.test\.yaml has 9 mistakes; nothing was touched:/);
    assert.match(text, /redis-gke:resources\.memory: "1gb" is not a quantity in Mi or Gi: write "1Gi"/);
  });

  it("finds the other mistakes too when the mode is misspelt", () => {
    const { mistakes } = parse({ mode: "sentinal", resources: { memory: "1gb" }, sentinels: 2 });
    assert.deepEqual(
      mistakes.map(({ property }) => property),
      ["mode", "sentinels", "resources.memory"],
    );
  });

  it("tells a stack's name that Kubernetes or Google would refuse from a key that somebody wrote", () => {
    const named = (stack: string, own: Record<string, string> = {}) =>
      parseConfig({ "redis-gke:mode": "sentinel", "gcp:project": "a-project", ...own }, "redis-gke", stack).mistakes;
    for (const stack of ["Prod", "prod_eu", "prod.eu", "a".repeat(60)]) {
      const [mistake, ...more] = named(stack);
      assert.deepEqual([mistake?.property, mistake?.value, more], ["namespace", `redis-${stack}`, []]);
      assert.match(
        mistake!.reason,
        new RegExp(
          `made from the stack's name, "${stack}", and must be lower-case letters.*Write namespace, or rename the stack \\(pulumi stack rename\\)`,
        ),
      );
      const google = named(stack, {
        "redis-gke:namespace": "cache",
        "redis-gke:cluster": JSON.stringify({ location: "europe-west1-b" }),
      });
      assert.deepEqual(
        google.map(({ property }) => property),
        ["cluster.name"],
      );
      assert.match(
        google[0]!.reason,
        /made from the stack's name, .* and names the cluster, its network, account and disks: 1 to 24 lower-case.*Write cluster\.name, or rename/,
      );
      assert.deepEqual(
        named(stack, {
          "redis-gke:namespace": "cache",
          "redis-gke:cluster": JSON.stringify({ location: "europe-west1-b", name: "cache" }),
        }),
        [],
      );
    }
    assert.doesNotMatch(named("prod", { "redis-gke:namespace": "Cache" })[0]!.reason, /stack/);
  });

  // prettier-ignore
  const cases: [string, Record<string, unknown>, string, RegExp][] = [
    ["mode misspelt", { mode: "sentinal" }, "mode", /must be "standalone" or "sentinel"/],
    ["mode missing", {}, "mode", /is missing: write "standalone" or "sentinel"/],
    ["an even number of sentinels", { mode: "sentinel", sentinels: 4 }, "sentinels", /odd and at least 3/],
    ["fewer than three sentinels", { mode: "sentinel", sentinels: 1 }, "sentinels", /odd and at least 3/],
    ["a quorum above the sentinels", { mode: "sentinel", quorum: 4 }, "quorum", /write 2 to 3/],
    ["a quorum that two sides could reach", { mode: "sentinel", sentinels: 5, quorum: 2 }, "quorum", /write 3 to 5/],
    ["no replicas", { mode: "sentinel", replicas: 0 }, "replicas", /2 to 9/],
    ["memory in another unit", { mode: "sentinel", resources: { memory: "1gb" } }, "resources.memory", /write "1Gi"/],
    ["memory as a bare number", { mode: "sentinel", resources: { memory: 512 } }, "resources.memory", /text \(in quotes, with its unit/],
    ["too little memory", { mode: "sentinel", resources: { memory: "10Mi" } }, "resources.memory", /at least "64Mi"/],
    ["the floating tag latest", { mode: "sentinel", image: "redis:latest" }, "image", /floating tag `latest`/],
    ["the floating tag alpine", { mode: "standalone", image: "redis:alpine" }, "image", /floating tag `alpine`/],
    ["a floating endpoint image", { mode: "sentinel", endpoint: { image: "haproxy:3.0-alpine" } }, "endpoint.image", /e\.g\. "haproxy:3\.0\.11-alpine"/],
    ["a setting that the component owns", { mode: "sentinel", settings: { requirepass: "x" } }, "settings.requirepass", /use auth\.password/],
    ["a setting that is two directives", { mode: "sentinel", settings: { hz: "10\nport 1" } }, "settings.hz", /one line/],
    ["an unknown key", { mode: "sentinel", replcias: 3 }, "replcias", /did you mean replicas\?/],
    ["an unknown key in a block", { mode: "sentinel", persistence: { fsnyc: "no" } }, "persistence.fsnyc", /did you mean persistence\.fsync\?/],
    ["fsync misspelt", { mode: "sentinel", persistence: { fsync: "allways" } }, "persistence.fsync", /"everysec" or "always" or "no"/],
    ["a key that is planned", { mode: "sentinel", metrics: { enabled: true } }, "metrics", /not there yet/],
    ["a volume smaller than the memory needs", { mode: "sentinel", resources: { memory: "1Gi" }, persistence: { size: "1Gi" } }, "persistence.size", /at least "3Gi"/],
    ["sentinel keys in standalone mode", { mode: "standalone", quorum: 2 }, "quorum", /only with mode "sentinel"/],
    ["a short password", { mode: "sentinel", auth: { password: "secret" } }, "auth.password", /16 to 128/],
    ["a password file that is not there", { mode: "sentinel", auth: { passwordFile: "/nowhere" } }, "auth.passwordFile", /`make up` makes it/],
  ];
  for (const [hazard, own, property, reason] of cases) {
    it(`refuses ${hazard}`, () => assert.match(refusal(own, property), reason));
  }

  it("refuses a password file that others can read, and takes one that they cannot", () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-")), "password");
    fs.writeFileSync(file, "a-password-from-a-file\n", { mode: 0o644 });
    assert.match(refusal({ mode: "sentinel", auth: { passwordFile: file } }, "auth.passwordFile"), /chmod 600/);
    fs.chmodSync(file, 0o600);
    assert.equal(
      parse({ mode: "sentinel", auth: { passwordFile: file } }).config.redis.auth?.password,
      "a-password-from-a-file",
    );
  });

  it("touches no node's kernel, and holds no pod back for it, unless told to", () => {
    const kernelOf = (own: Record<string, unknown>) => {
      const { config, mistakes } = parse({ mode: "standalone", ...own });
      assert.deepEqual(mistakes, []);
      return [config.kernel, config.redis.kernel];
    };
    assert.deepEqual(kernelOf({}), [{ enforce: false, tune: false }, { enforce: false }]);
    assert.deepEqual(kernelOf({ kernel: { enforce: true } }), [{ enforce: true, tune: false }, { enforce: true }]);
    assert.deepEqual(kernelOf({ kernel: { tune: true } }), [{ enforce: false, tune: true }, { enforce: false }]);
    assert.match(
      refusal({ mode: "standalone", kernel: { tuned: true } }, "kernel.tuned"),
      /did you mean kernel\.tune\?/,
    );
    assert.match(
      refusal({ mode: "standalone", kernel: { enforce: "yes" } }, "kernel.enforce"),
      /must be true or false/,
    );
  });

  it("never prints a password, wherever it was written by mistake", () => {
    for (const mistake of [
      { auth: { password: "some-secret", pasword: "some-secret" } },
      { auth: "some-secret" },
      { authh: { password: "some-secret" } },
      { password: "some-secret" },
      { archive: { s33: { secretAccessKey: "some-secret" } } },
      { settings: { requirepass: "some-secret" } },
    ]) {
      const { mistakes } = parse({ mode: "sentinel", ...mistake });
      const shown = describeMistakes(mistakes, "redis-gke", "test");
      assert.match(shown, /\[secret\]/);
      assert.doesNotMatch(shown, /some-secret/);
    }
  });

  it("knows no key by what every object of JavaScript has", () => {
    for (const name of ["constructor", "toString"]) {
      assert.match(refusal({ mode: "sentinel", [name]: 1 }, name), /is not a known key/);
      assert.deepEqual(parse({ mode: "sentinel", settings: { [name]: "1" } }).mistakes, []);
    }
  });

  it("lets the keys of other packages be", () => {
    assert.deepEqual(parse({ mode: "sentinel" }, { "gcp:project": "p", "pulumi:tags": "{}" }).mistakes, []);
  });

  it("says of every key what a change of it does on a stack that holds data (docs/operations.md), and of no other", () => {
    const text = fs.readFileSync(path.join(__dirname, "../../docs/operations.md"), "utf8");
    const table = text.split("### What I may change, and what it does")[1]!.split("\n### ")[0]!;
    const told = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, keys]) =>
      keys!.split(", ").map((key) => key.replaceAll("`", "")),
    );
    const onGoogle = (key: string) => /^(cluster|nodePool|disk)\./.test(key);
    assert.deepEqual(
      told.sort(),
      [...knownPaths().filter((key) => !onGoogle(key)), "cluster.*", "nodePool.*", "disk.*"].sort(),
    );
  });

  it("has every key described in Pulumi.yaml, and describes no other", () => {
    const text = fs.readFileSync(path.join(__dirname, "..", "..", "Pulumi.yaml"), "utf8");
    const described = [...text.matchAll(/^# {3}(\S+) {2,}\S.* {2,}(default: \S|required)/gm)].map((match) => match[1]!);
    assert.deepEqual(described.sort(), knownPaths().sort());
  });
});
