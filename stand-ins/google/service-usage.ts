import type { Routes } from "./http";
import type { Store } from "./store";
import { projectNumber } from "./resource-manager";

interface Service {
  name: string;
  parent: string;
  state: "ENABLED";
  config: { name: string };
}

const service = (name: string): Service => ({
  name: `projects/${projectNumber}/services/${name}`,
  parent: `projects/${projectNumber}`,
  state: "ENABLED",
  config: { name },
});

/** Which parts of Google Cloud are switched on in a project; at first none is. */
export function serviceUsage(store: Store): Routes {
  const collection = (project: string) => `projects/${project}/services`;
  const enable = (project: string, name: string) => {
    const path = `${collection(project)}/${name}`;
    // Switching on what is on already is no mistake.
    return store.has(path) ? store.get<Service>(path) : store.insert(path, service(name));
  };
  const done = (response: object) => ({ name: `operations/acf.${store.next()}`, done: true, response });
  return {
    "GET /v1/projects/{project}/services": ({ params }) => ({
      services: store.list<Service>(collection(params.project!)),
    }),
    "GET /v1/projects/{project}/services/{service}": ({ params }) =>
      enableState(store, collection(params.project!), params.service!),
    "POST /v1/projects/{project}/services/{service}:enable": ({ params }) =>
      done({ service: enable(params.project!, params.service!) }),
    "POST /v1/projects/{project}/services:batchEnable": ({ params, body }) =>
      done({ services: (body.serviceIds as string[]).map((name) => enable(params.project!, name)) }),
  };
}

/** One that is off is still there. */
const enableState = (store: Store, collection: string, name: string): object =>
  store.has(`${collection}/${name}`)
    ? store.get<Service>(`${collection}/${name}`)
    : { ...service(name), state: "DISABLED" };
