import { Service } from "@pulumi/gcp/projects";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import type { GoogleCloudSettings } from "../settings";

/** The parts of Google Cloud that the program talks to; a new project has most of them switched off. */
const needed = ["cloudresourcemanager", "compute", "container", "iam", "storage"];

/**
 * Switches them on, once the change is approved. Everything else depends on this, so that a refused change makes
 * nothing, not even a new disk in place of an old one. They stay on when the stack is destroyed: something else in the
 * project may have come to need them.
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
