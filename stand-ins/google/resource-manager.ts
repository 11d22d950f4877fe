import { Refusal, type Routes } from "./http";
import type { Store } from "./store";

/** Of the one project that there is. */
export const projectNumber = "123456789012";

interface Policy {
  version?: number;
  etag?: string;
  bindings?: { role: string; members: string[] }[];
}

/** The project, and who may do what in it. */
export function resourceManager(store: Store): Routes {
  const policies = policyStore(store);
  return {
    "GET /v1/projects/{project}": ({ params }) => ({
      projectId: params.project,
      projectNumber,
      name: params.project,
      lifecycleState: "ACTIVE",
    }),
    "POST /v1/projects/{project}:getIamPolicy": ({ params }) => policies.get(`projects/${params.project}/policy`),
    "POST /v1/projects/{project}:setIamPolicy": ({ params, body }) =>
      policies.set(`projects/${params.project}/policy`, body.policy as Policy),
  };
}

/**
 * IAM policies as every service of Google keeps them: whoever names the one that he has read does not write over
 * another.
 */
export function policyStore(store: Store): {
  get: (path: string) => Policy;
  set: (path: string, policy: Policy) => Policy;
} {
  const get = (path: string) =>
    store.has(path)
      ? store.get<Policy>(path)
      : store.insert<Policy>(path, { version: 1, etag: etag(store), bindings: [] });
  return {
    get,
    set: (path, policy) => {
      const now = get(path);
      // One without a mark of what it was is written over whatever is there.
      if (policy.etag !== undefined && policy.etag !== now.etag)
        throw new Refusal(
          409,
          "aborted",
          "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
        );
      for (const { members } of policy.bindings ?? []) for (const member of members) refuseUnknown(store, member);
      return Object.assign(now, { ...policy, bindings: policy.bindings ?? [], etag: etag(store) });
    },
  };
}

function refuseUnknown(store: Store, member: string): void {
  const email = /^serviceAccount:(.*)$/.exec(member)?.[1];
  if (
    email !== undefined &&
    !email.startsWith("deleted:") &&
    !store.paths().some((path) => path.endsWith(`/serviceAccounts/${email}`))
  )
    throw new Refusal(400, "badRequest", `Service account ${email} does not exist.`);
}

const etag = (store: Store): string => Buffer.from(String(store.next())).toString("base64");
