import type * as k8s from "@pulumi/kubernetes";
import type { ComponentResource, Input, Resource } from "@pulumi/pulumi";
import type { Archives, ArchiveStore } from "./archive-store";
import type { RedisSettings } from "../args";
import { fixedName } from "../objects/config-map";
import { configMapVolume, containerSecurity, mount, podNameEnv, type Container } from "../objects/pod";
import { restoreChoice } from "../rules/restore-choice";

/** What a data pod has more than others for as long as `restore` is in the config. */
export interface RestoreParts {
  initContainers: Container[];
  volumes: k8s.types.input.core.v1.Volume[];
  /** Of the Redis container, which has to know that an archive was asked for. */
  volumeMounts: k8s.types.input.core.v1.VolumeMount[];
  serviceAccountName?: Input<string>;
}

/** The ConfigMap that says which archive. */
const choiceName = (instance: string): string => `${instance}-restore`;
const choiceMount = mount("restore", "/restore");

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
    command: ["/bin/sh", `/scripts/${script}`],
    env: [podNameEnv, { name: "ON_DAMAGE", value: settings.persistence.onDamage }, ...((more.env as []) ?? [])],
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    securityContext: containerSecurity,
    // What it ended with is then seen in `kubectl describe pod`, too.
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      mount("data", "/data"),
      mount("restore-scripts", "/scripts"),
      choiceMount,
      ...((more.volumeMounts as []) ?? []),
    ],
  });
  return {
    initContainers: [
      // $ARCHIVE_ROOT is read from the ConfigMap, with the choice.
      step("restore", settings.archive!.image, "restore-fetch.sh", {
        env: store.env.filter(({ name }) => name !== "ARCHIVE_ROOT"),
        volumeMounts: [mount("restore-work", "/work"), ...store.volumeMounts],
      }),
      step("restore-check", settings.image, "restore-check.sh", { volumeMounts: [] }),
    ],
    volumes: [
      configMapVolume("restore", choiceName(instance)),
      configMapVolume("restore-scripts", store.scripts),
      { name: "restore-work", emptyDir: {} },
      ...store.volumes,
    ],
    volumeMounts: [choiceMount],
    serviceAccountName: store.serviceAccountName,
  };
}

/**
 * Which archive, in a ConfigMap of a fixed name that is read at each attempt: a pod that cannot start because of a
 * misspelt name goes on once it is set right, where a changed pod template would wait for this very pod to become
 * ready.
 */
export function createRestore(
  name: string,
  settings: RedisSettings,
  archives: Archives | undefined,
  namespace: Input<string>,
  parent: ComponentResource,
): (RestoreParts & { choice: Resource }) | undefined {
  const { restore } = settings;
  if (!restore || !archives) return undefined;
  const store = archives.store(restore.root);
  const choice = fixedName(
    {
      instance: name,
      name: choiceName(name),
      namespace,
      data: { from: restoreChoice(restore.from)!, root: store.root },
    },
    parent,
  );
  return { ...restoreParts(name, settings, store), choice };
}
