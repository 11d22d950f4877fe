import { asText, fieldsAt, isFields, listAt, textAt, type Fields } from "../values";
import { ready, waiting, type Verdict } from "./verdict";

/** How long the endpoints must be unchanged before they count as all there; the official plugin's figure. */
export const settleMilliseconds = 10_000;

export interface Endpoints {
  ready: string[];
  pending: string[];
}

/** The targets behind a Service, by the name of their pod (or their address), from its endpoint slices. */
export function endpointsOf(slices: Fields[]): Endpoints {
  const found: Endpoints = { ready: [], pending: [] };
  for (const endpoint of slices.flatMap((slice) => listAt(slice, "endpoints")).filter(isFields)) {
    const conditions = fieldsAt(endpoint, "conditions");
    const name = textAt(endpoint, "targetRef", "name") || asText(listAt(endpoint, "addresses")[0]);
    if (conditions.ready !== false) found.ready.push(name);
    // A pod on its way out is no pod on its way in.
    else if (conditions.terminating !== true) found.pending.push(name);
  }
  return found;
}

/** Headless Services, those without a selector, and names for something outside have no pods to wait for. */
export function waitsForPods(service: Fields): boolean {
  return (
    textAt(service, "spec", "type") !== "ExternalName" &&
    textAt(service, "spec", "clusterIP") !== "None" &&
    Object.keys(fieldsAt(service, "spec", "selector")).length > 0
  );
}

export interface ServiceSigns {
  service: Fields;
  endpoints: Endpoints;
  /** The names of all pods that the selector matches. */
  pods: string[];
  /** For how long the endpoints have been what they are. */
  quietMilliseconds: number;
}

export function judgeService({ service, endpoints, pods, quietMilliseconds }: ServiceSigns): Verdict {
  const isBalanced =
    textAt(service, "spec", "type") !== "LoadBalancer" ||
    listAt(service, "status", "loadBalancer", "ingress").length > 0;
  const unbalanced = "Service was not allocated an IP address; does your cloud provider support this?";
  if (!waitsForPods(service))
    return isBalanced ? ready : waiting("[2/3] Attempting to allocate IP address to Service", [unbalanced]);

  const complete = endpoints.ready.length > 0 && pods.length > 0 && pods.every((pod) => endpoints.ready.includes(pod));
  // A Service that selects nothing is no failure: its pods may be what comes next. It is given the settling time, and
  // passes.
  const settled = complete || quietMilliseconds >= settleMilliseconds;
  if (settled && endpoints.pending.length === 0 && isBalanced) return ready;
  const problems = [
    ...(endpoints.ready.length === 0
      ? [
          "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
        ]
      : []),
    ...(endpoints.pending.length > 0 ? [`not ready behind the Service: ${endpoints.pending.join(", ")}`] : []),
    ...(isBalanced ? [] : [unbalanced]),
  ];
  if (endpoints.pending.length === 0 && settled)
    return waiting("[2/3] Attempting to allocate IP address to Service", problems);
  return waiting(
    `[1/3] Finding Pods to direct traffic to (${endpoints.ready.length} ready, ${endpoints.pending.length} not ready)`,
    problems,
  );
}
