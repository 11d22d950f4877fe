import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { goBuild } from "../../lib/go-build";
import type { Destination } from "./archive-lab";
import { eventually } from "./eventually";

export const keys = { accessKeyId: "an-access-key", secretAccessKey: "a-secret-of-the-object-store" };
const bucket = "archives";

/** The folder of `versitygw`, a real object store that speaks S3; built only for the tests that need it. */
export const gateway = (): Promise<string> =>
  goBuild({
    title: "Versity S3 Gateway 1.8.0 from source",
    module: "github.com/versity/versitygw",
    version: "1.8.0",
    packages: ["github.com/versity/versitygw/cmd/versitygw"],
  });

/** An object store over a folder (of a size, if that is told), on loopback or an address of the cluster's network. */
export class ObjectStore {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-store-"));
  private process?: ChildProcess;
  private mounted = false;
  private constructor(readonly endpoint: string) {}

  static async start({ address = "127.0.0.1", size }: { address?: string; size?: string } = {}): Promise<ObjectStore> {
    const port = await freePort(address);
    const store = new ObjectStore(`http://${address}:${port}`);
    if (size) {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", store.folder]);
      store.mounted = true;
    }
    for (const name of ["data", "meta"]) fs.mkdirSync(path.join(store.folder, name));
    fs.mkdirSync(path.join(store.folder, "data", bucket));
    // Metadata beside the objects, for not every file system keeps extended attributes.
    store.process = spawn(
      path.join(await gateway(), "versitygw"),
      [
        "--port",
        `${address}:${port}`,
        "--access",
        keys.accessKeyId,
        "--secret",
        keys.secretAccessKey,
        "posix",
        "--sidecar",
        path.join(store.folder, "meta"),
        path.join(store.folder, "data"),
      ],
      { stdio: ["ignore", "ignore", "ignore"] },
    );
    process.once("exit", store.kill);
    await eventually(
      "the object store answers",
      async () => (await fetch(`${store.endpoint}/`).catch(() => undefined))?.status === 403,
    );
    return store;
  }

  /** As a job is told of it, or by other keys or another way in. */
  destination({ endpoint = this.endpoint, secretAccessKey = keys.secretAccessKey, name = bucket } = {}): Destination {
    return {
      s3: { endpoint, bucket: name, region: "us-east-1", accessKeyId: "", secretAccessKey: "" },
      keys: { ...keys, secretAccessKey },
    };
  }

  get keys() {
    return keys;
  }

  /** The objects below the lab's root. */
  objects(root: string): string[] {
    const folder = path.join(this.folder, "data", bucket, root);
    return fs.existsSync(folder)
      ? fs
          .readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
          .sort()
      : [];
  }

  private readonly kill = () => {
    this.process?.kill("SIGKILL");
  };

  async stop(): Promise<void> {
    if (!this.process) return;
    process.off("exit", this.kill);
    const ended = new Promise((resolve) => this.process!.once("close", resolve));
    this.kill();
    await ended;
    this.process = undefined;
    if (this.mounted) execFileSync("umount", [this.folder]);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A store that answers everything with one status, as one that is overloaded or closed does. */
export async function refusingStore(status: number, code: string): Promise<{ endpoint: string; stop: () => void }> {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on("end", () =>
      response
        .writeHead(status, { "content-type": "application/xml" })
        .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`),
    );
  });
  const port = await listening(server);
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

/** The way to a store that breaks off once so many bytes of one connection went up. */
export async function breakingWay(endpoint: string, after: number): Promise<{ endpoint: string; stop: () => void }> {
  const { hostname, port } = new URL(endpoint);
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    let sent = 0;
    for (const socket of [client, upstream])
      socket.on("error", () => {
        client.destroy();
        upstream.destroy();
      });
    client.on("data", (chunk) => {
      sent += chunk.length;
      if (sent > after) {
        client.destroy();
        upstream.destroy();
      } else upstream.write(chunk);
    });
    upstream.pipe(client);
    client.on("close", () => upstream.destroy());
  });
  const at = await listening(server);
  return { endpoint: `http://127.0.0.1:${at}`, stop: () => server.close() };
}

const listening = (server: net.Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as net.AddressInfo).port));
  });

async function freePort(address: string): Promise<number> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.listen(0, address, () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
