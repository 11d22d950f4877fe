import type { ComponentResource, Input, Resource } from "@pulumi/pulumi";
import type { RedisSettings } from "../args";
import { objectName } from "../contract";
import { fixedName } from "../objects/config-map";
import { restoreParts, type RestoreParts } from "../objects/restore-containers";
import { restoreChoice } from "../rules/restore-choice";
import type { Archives } from "./archives";

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
      name: objectName.restore(name),
      namespace,
      data: { from: restoreChoice(restore.from)!, root: store.root },
    },
    parent,
  );
  return { ...restoreParts(name, settings, store), choice };
}
