import { invalid, type Routes } from "./http";
import { projectNumber } from "./resource-manager";
import type { Store } from "./store";

interface Account {
  name: string;
  projectId: string;
  uniqueId: string;
  email: string;
  displayName?: string;
  etag: string;
}

/** Service accounts. */
export function iam(store: Store): Routes {
  // "-" in the place of the project leaves it to the address to tell which.
  const pathOf = ({ project, account }: Record<string, string>) =>
    `projects/${project === "-" ? /@(.*)\.iam\./.exec(account!)?.[1] : project}/serviceAccounts/${account}`;
  return {
    "POST /v1/projects/{project}/serviceAccounts": ({ params, body }) => {
      const id = body.accountId as string;
      if (!/^[a-z]([a-z0-9-]{4,28}[a-z0-9])$/.test(id))
        throw invalid(`${id} is not an account id of 6 to 30 characters`);
      const email = `${id}@${params.project}.iam.gserviceaccount.com`;
      const path = `projects/${params.project}/serviceAccounts/${email}`;
      return store.insert<Account>(path, {
        name: path,
        projectId: params.project!,
        uniqueId: `${projectNumber}00${store.next()}`,
        email,
        ...(body.serviceAccount as object),
        etag: "MDEwMjE5MjA=",
      });
    },
    "GET /v1/projects/{project}/serviceAccounts/{account}": ({ params }) => store.get<Account>(pathOf(params)),
    "DELETE /v1/projects/{project}/serviceAccounts/{account}": ({ params }) => (store.delete(pathOf(params)), {}),
  };
}
