import * as pulumi from "@pulumi/pulumi";

/** An output of this stack as its last `pulumi up` left it; undefined before the first one, and for an output that is new. */
export const lastOutput = (name: string): pulumi.Output<unknown> =>
  new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`).getOutput(name);
