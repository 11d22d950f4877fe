import { Service } from "@pulumi/gcp/projects";
import type { ComponentResource, Input } from "@pulumi/pulumi";

/** The parts of Google Cloud that the program talks to; a new project has most of them switched off. */
const needed = ["cloudresourcemanager", "compute", "container", "iam", "storage"];

/**
 * Switches them on. They stay on when the stack is destroyed: something else in the project may have come to need them.
 */
export const enableServices = (name: string, project: Input<string>, parent: ComponentResource): Service[] =>
  needed.map(
    (service) =>
      new Service(
        `${name}-${service}`,
        { project, service: `${service}.googleapis.com`, disableOnDestroy: false },
        { parent },
      ),
  );
