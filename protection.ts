import * as pulumi from "@pulumi/pulumi";

/**
 * What a `pulumi destroy` meets first, for it depends on everything that was made: protected, it stops there. With
 * `protect` on the volumes alone it stops as well, but only after the pods and Services, unless its preview was looked
 * at.
 */
export class Protection extends pulumi.ComponentResource {
  constructor(name: string, protect: boolean, everything: pulumi.Resource[]) {
    super("redis-gke:Protection", name, {}, { protect, dependsOn: everything });
    this.registerOutputs({});
  }
}
