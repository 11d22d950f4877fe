import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { RedisSettings } from "../args";
import { objectName, runScript } from "../contract";
import type { ArchiveStore } from "./archive-store";
import { configMapVolume, containerSecurity, mount, podNameEnv, type Container } from "./pod";

/** What a data pod has more than others for as long as `restore` is in the config. */
export interface RestoreParts {
  initContainers: Container[];
  volumes: k8s.types.input.core.v1.Volume[];
  /** Of the Redis container, which has to know that an archive was asked for. */
  volumeMounts: k8s.types.input.core.v1.VolumeMount[];
  serviceAccountName?: Input<string>;
}

const choiceMount = mount("restore");

/**
 * The two steps that bring an archive to the volume before Redis starts: fetched and compared, then read through. Pure.
 */
export function restoreParts(instance: string, settings: RedisSettings, store: ArchiveStore): RestoreParts {
  const step = (
    name: string,
    image: string,
    script: string,
    more: Pick<Container, "env" | "volumeMounts">,
  ): Container => ({
    name,
    image,
    command: runScript(script),
    env: [podNameEnv, { name: "ON_DAMAGE", value: settings.persistence.onDamage }, ...((more.env as []) ?? [])],
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    securityContext: containerSecurity,
    // What it ended with is then seen in `kubectl describe pod`, too.
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      mount("data"),
      mount("scripts", "restore-scripts"),
      choiceMount,
      ...((more.volumeMounts as []) ?? []),
    ],
  });
  return {
    initContainers: [
      // $ARCHIVE_ROOT is read from the ConfigMap, with the choice.
      step("restore", settings.archive!.image, "restore-fetch.sh", {
        env: store.env.filter(({ name }) => name !== "ARCHIVE_ROOT"),
        volumeMounts: [mount("work", "restore-work"), ...store.volumeMounts],
      }),
      step("restore-check", settings.image, "restore-check.sh", { volumeMounts: [] }),
    ],
    volumes: [
      configMapVolume("restore", objectName.restore(instance)),
      configMapVolume("restore-scripts", store.scripts),
      { name: "restore-work", emptyDir: {} },
      ...store.volumes,
    ],
    volumeMounts: [choiceMount],
    serviceAccountName: store.serviceAccountName,
  };
}
