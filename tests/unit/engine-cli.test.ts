import assert from "node:assert/strict";
import { unfit } from "../../operate/engine/cli";
import { pathWithoutOurs } from "../../operate/engine/links";
import { isInstalled } from "../../operate/engine/plugin";
import { atLeast, versionIn } from "../../operate/engine/version";
import { oldestPulumi } from "../../lib/versions";

describe("engine: the choice of the CLI", () => {
  it("compares versions by number: 3.99.0 is older than 3.142.0 although it sorts behind it", () => {
    assert.equal(atLeast("3.99.0", "3.142.0"), false);
    assert.equal(atLeast("3.142.0", "3.142.0"), true);
    assert.equal(atLeast("3.142.1", "3.142.0"), true);
    assert.equal(atLeast("4.0.0", "3.142.0"), true);
    assert.equal(atLeast("2.999.999", "3.142.0"), false);
  });

  it("reads the version of a development build, and none out of an error message", () => {
    assert.equal(versionIn("v3.200.0-dev.0+dirty\n"), "3.200.0");
    assert.equal(versionIn("error: no such command"), undefined);
  });

  it("names the version of a CLI that is too old, and the one that is needed", () => {
    const reason = unfit("3.100.0", "/usr/bin/pulumi-language-nodejs");
    assert.match(reason ?? "", /3\.100\.0, too old/);
    assert.ok(reason?.includes(oldestPulumi));
  });

  it("passes over a CLI that cannot run a Node program, rather than failing in the middle of `up`", () => {
    assert.match(unfit("3.210.0", undefined) ?? "", /pulumi-language-nodejs/);
    assert.match(unfit(undefined, "/usr/bin/pulumi-language-nodejs") ?? "", /version/);
    assert.equal(unfit("3.210.0", "/usr/bin/pulumi-language-nodejs"), undefined);
  });

  it("does not take its own link, of this checkout or another, for an installed program", () => {
    assert.equal(pathWithoutOurs("/a/.state/bin:/usr/bin:/other/.state/bin:/bin"), "/usr/bin:/bin");
    assert.equal(pathWithoutOurs("/usr/bin:/home/state/bin"), "/usr/bin:/home/state/bin");
  });
});

describe("engine: the choice of the kubernetes plugin", () => {
  const official = { name: "kubernetes", kind: "resource", version: "4.34.2" };

  it("uses the official plugin whenever the version that the SDK asks for is installed", () => {
    assert.equal(isInstalled([{ name: "random", kind: "resource", version: "4.1.0" }, official], "4.34.2"), true);
  });

  it("does not take another version, another plugin or a language host for it: the engine would download at once", () => {
    assert.equal(isInstalled([{ ...official, version: "4.18.0" }], "4.34.2"), false);
    assert.equal(isInstalled([{ ...official, name: "kubernetes-cert-manager" }], "4.34.2"), false);
    assert.equal(isInstalled([{ ...official, kind: "language" }], "4.34.2"), false);
    assert.equal(isInstalled([], "4.34.2"), false);
  });
});
