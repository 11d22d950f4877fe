import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { imageNames } from "../../stand-ins/images";
import { kubectl } from "./cluster";
import { gateway, keys } from "./object-store";

/**
 * An object store that speaks S3, as a pod of a namespace of its own: what stacks in other namespaces archive to and
 * restore from.
 */
export async function startStore(
  namespace: string,
): Promise<{ endpoint: string; bucket: string; region: string; accessKeyId: string; secretAccessKey: string }> {
  const folder = await gateway();
  const start =
    "mkdir -p /store/data/archives /store/meta && exec /gateway/versitygw --port :9000 posix --sidecar /store/meta /store/data";
  const labels = { app: "store" };
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "store", namespace, labels },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: "store",
            image: imageNames.busybox,
            command: ["/bin/sh", "-c", start],
            env: [
              { name: "ROOT_ACCESS_KEY", value: keys.accessKeyId },
              { name: "ROOT_SECRET_KEY", value: keys.secretAccessKey },
            ],
            volumeMounts: [
              { name: "gateway", mountPath: "/gateway", readOnly: true },
              { name: "store", mountPath: "/store" },
            ],
          },
        ],
        // The nodes are network namespaces of this machine, so that its folders are theirs.
        volumes: [
          { name: "gateway", hostPath: { path: folder } },
          { name: "store", emptyDir: {} },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "store", namespace },
      spec: { selector: labels, ports: [{ port: 9000 }] },
    },
  ];
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-store-")), "store.json");
  fs.writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  await kubectl("create", "-f", file);
  fs.rmSync(path.dirname(file), { recursive: true });
  await kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod/store", "--timeout=60s");
  return { endpoint: `http://store.${namespace}.svc:9000`, bucket: "archives", region: "us-east-1", ...keys };
}
