import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { checkout } from "../../../lib/paths";

export type Request = RegisterResourceRequest;

/** One resource as a stack asks for it. */
export interface GraphResource {
  type: string;
  name: string;
  // The shape differs with the type; a test says what it looks for.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  inputs: any;
  options: {
    /** Every resource is named `type::name`. */
    parent?: string;
    provider?: string;
    /** What has to be there first, said or implied by its inputs; a destroy goes the other way. */
    dependsOn?: string[];
    protect?: true;
    retainOnDelete?: true;
    ignoreChanges?: string[];
    import?: string;
    deleteBeforeReplace?: true;
  };
}

/** How Pulumi writes what is not plain data: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts */
const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";
const asset = "c44067f5952c0a294b673a41bacd8c17";

/** A resource, from the request for it: what is not there is left out, so that a file shows what was decided. */
export function record(request: Request): GraphResource {
  const options = {
    parent: shortOf(request.getParent()),
    provider: shortOf(request.getProvider()),
    dependsOn: nonEmpty([...new Set(request.getDependenciesList().map((urn) => shortOf(urn)!))].sort()),
    protect: request.getProtect() || undefined,
    retainOnDelete: request.getRetainondelete() || undefined,
    ignoreChanges: nonEmpty(request.getIgnorechangesList()),
    import: request.getImportid() || undefined,
    deleteBeforeReplace: request.getDeletebeforereplace() || undefined,
  };
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: plain(request.getObject()?.toJavaScript() ?? {}),
    options,
  };
}

const nonEmpty = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined);

/** `type::name` of a URN, with or without an id behind it; the stack itself is nobody's business. */
function shortOf(urn: string): string | undefined {
  const [, , types = "", name = ""] = urn.split(/::/);
  const type = types.split("$").pop()!;
  return type === "" || type === "pulumi:pulumi:Stack" ? undefined : `${type}::${name}`;
}

/** Secrets are masked; a script stands in a file of its own, with tests of its own. */
function plain(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (value !== null && typeof value === "object") {
    const kind = (value as Record<string, unknown>)[signature];
    if (kind === secret) return "[secret]";
    if (kind === asset) return "[script]";
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner, name)]));
  }
  if (typeof value !== "string") return value;
  return key.endsWith(".sh") ? "[script]" : value.replaceAll(checkout, ".");
}
