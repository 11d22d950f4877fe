import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { downloadKubernetes } from "../../lib/kubernetes";

/** Stands in for the site of Kubernetes' releases, which cannot be reached where the tests run. */
describe("the official Kubernetes programs, from a site on loopback", () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-download-"));
  const asked: string[] = [];
  let answer: (program: string) => { content: string; sum: string } | undefined;
  let site: URL;
  const server = http.createServer(({ url }, response) => {
    asked.push(url!);
    const [, program, ofSum] = /^\/v\d+\.\d+\.\d+\/bin\/linux\/(?:amd64|arm64)\/([a-z-]+)(\.sha256)?$/.exec(url!) ?? [];
    const found = program === undefined ? undefined : answer(program);
    response.writeHead(found ? 200 : 404).end(ofSum ? found?.sum : found?.content);
  });
  const sumOf = (content: string) => createHash("sha256").update(content).digest("hex");

  before((done) => {
    server.listen(0, "127.0.0.1", () => {
      site = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      done();
    });
  });
  after(() => {
    server.close();
    fs.rmSync(root, { recursive: true });
  });

  it("are not taken where one is missing, nor with another sum than is said of it, and nothing of them stays", async () => {
    answer = (program) => (program === "kubelet" ? undefined : { content: program, sum: sumOf(program) });
    assert.equal(await downloadKubernetes(site, root), undefined);
    answer = (program) => ({ content: program, sum: sumOf(program === "kubectl" ? "another" : program) });
    assert.equal(await downloadKubernetes(site, root), undefined);
    assert.deepEqual(fs.readdirSync(root), []);
  });

  it("are executable, each with its own content, and are not asked for again", async () => {
    answer = (program) => ({
      content: `#!/bin/sh\necho ${program}\n`,
      sum: `${sumOf(`#!/bin/sh\necho ${program}\n`)}\n`,
    });
    const folder = (await downloadKubernetes(site, root))!;
    const programs = fs.readdirSync(folder).filter((name) => /^kube[a-z-]*$/.test(name));
    assert.deepEqual(programs, [
      "kube-apiserver",
      "kube-controller-manager",
      "kube-proxy",
      "kube-scheduler",
      "kubectl",
      "kubelet",
    ]);
    for (const program of programs) {
      const file = path.join(folder, program);
      assert.match(fs.readFileSync(file, "utf8"), new RegExp(`echo ${program}\n`));
      assert.ok(fs.statSync(file).mode & 0o100);
    }
    const before = asked.length;
    assert.equal(await downloadKubernetes(site, root), folder);
    assert.equal(asked.length, before);
  });
});
