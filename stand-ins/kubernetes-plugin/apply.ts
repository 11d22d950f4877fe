import type { ApiServer } from "./api-server";
import { explainApply } from "./errors";
import { kindOf, namespaceOf, nameOf } from "./kinds";
import type { Fields } from "./values";

export interface ApplyOptions {
  fieldManager: string;
  preview: boolean;
  force: boolean;
  name?: string;
}

/** Server-side apply: the server merges, keeps what others manage, and refuses a field that it does not know. */
export async function apply(
  cluster: ApiServer,
  object: Fields,
  { fieldManager, preview, force, name = nameOf(object) }: ApplyOptions,
): Promise<Fields> {
  try {
    return await cluster.request({
      method: "PATCH",
      path: await cluster.pathOf(kindOf(object), namespaceOf(object), name),
      query: { fieldManager, force: String(force), fieldValidation: "Strict", dryRun: preview ? "All" : undefined },
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  } catch (error) {
    throw explainApply(error, fieldManager);
  }
}
