import { hold, type Outcome, plainWalk } from "./check";
import { type Document, documents, type Method, schemaOf } from "./documents";

/** A call that the provider was seen to make. */
export interface RecordedRequest {
  method: string;
  path: string;
  query?: Record<string, string | string[]>;
  body?: unknown;
}

interface Called {
  document: Document;
  id: string;
  method: Method;
  /** What stands for the {parameters} of the path. */
  values: Record<string, string>;
}

/**
 * Holds a recorded request against the method that the documents name for its path: query, path, body, and what the
 * body must have.
 */
export function holdRequest(request: RecordedRequest): Outcome & { id?: string } {
  const called = calledBy(request);
  if (!called)
    return {
      held: 0,
      findings: [{ path: `${request.method} ${request.path}`, reason: "is no method of the stored documents" }],
    };
  const { document, id, method } = called;
  const walk = plainWalk();
  const parameters = [
    ...Object.entries(called.values),
    ...Object.entries(request.query ?? {}).filter(([name]) => !document.parameters.includes(name)),
  ];
  for (const [name, value] of parameters) {
    const parameter = method.parameters[name];
    // Paths are matched by their flat form, in which a compound name has parts that no parameter describes.
    if (!parameter && name in called.values) continue;
    if (!parameter) walk.findings.push({ path: `?${name}`, reason: `is no parameter of ${id}` });
    else
      for (const one of [value].flat())
        holdParameter(walk, one, { document, field: parameter, key: `${id}?${name}` }, name);
  }
  const unsaid = Object.entries(method.parameters).filter(
    ([name, { location, required }]) => location === "query" && required && request.query?.[name] === undefined,
  );
  walk.findings.push(...unsaid.map(([name]) => ({ path: `?${name}`, reason: `is required by ${id}` })));
  const body = (request.body ?? {}) as Record<string, unknown>;
  if (method.request) {
    hold(walk, body, schemaOf(document, method.request), "");
    const requiredBy = `${document.document.split(".")[0]}.${id}`;
    const missing = Object.entries(document.schemas[method.request]?.properties ?? {}).filter(
      ([name, field]) => field.requiredBy?.includes(requiredBy) && body[name] === undefined,
    );
    walk.findings.push(...missing.map(([path]) => ({ path, reason: `is required by ${id}` })));
  } else if (Object.keys(body).length > 0) walk.findings.push({ path: "body", reason: `is not taken by ${id}` });
  return { held: walk.held, findings: walk.findings, id: `${document.document} ${id}` };
}

/** In a query everything is text, numbers and booleans included. */
function holdParameter(
  walk: ReturnType<typeof plainWalk>,
  value: string,
  place: Parameters<typeof hold>[2],
  name: string,
): void {
  const typed =
    place.field.type === "integer" && /^-?\d+$/.test(value)
      ? Number(value)
      : place.field.type === "boolean" && /^(true|false)$/.test(value)
        ? value === "true"
        : value;
  hold(walk, typed, place, `?${name}`);
}

function calledBy({ method: verb, path }: RecordedRequest): Called | undefined {
  for (const document of documents) {
    for (const [id, method] of Object.entries(document.methods)) {
      if (method.httpMethod !== verb) continue;
      for (const template of method.paths) {
        const match = pathExpression(template).exec(path.replace(/\/$/, ""));
        // A path without parameters has no groups, which is not the same as no match.
        if (match)
          return {
            document,
            id,
            method,
            values: Object.fromEntries(
              Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
            ),
          };
      }
    }
  }
  return undefined;
}

/** A colon in a path begins a verb, so that no name may hold one. */
const pathExpression = (template: string): RegExp =>
  new RegExp(`^${template.replace(/[.$]/g, "\\$&").replace(/\{\+?(\w+)\}/g, "(?<$1>[^/:]+)")}$`);
