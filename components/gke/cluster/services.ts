import { Service } from "@pulumi/gcp/projects";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import type { GoogleCloudSettings } from "../settings";

/** The parts of Google Cloud that the program talks to; a new project has most of them switched off. */
const needed = ["cloudresourcemanager", "compute", "container", "iam", "storage"];

/**
 * Switches them on, once the change is approved: everything else waits for them, so that of one that is refused nothing
 * is made, not even of the disks' replacements. They stay on when the stack is destroyed: something else in the project
 * may have come to need them.
 */
export const enableServices = (
  { name, project }: GoogleCloudSettings,
  approved: Output<void>,
  parent: ComponentResource,
): Service[] =>
  needed.map(
    (service) =>
      new Service(
        `${name}-${service}`,
        { project: approved.apply(() => project), service: `${service}.googleapis.com`, disableOnDestroy: false },
        { parent },
      ),
  );
