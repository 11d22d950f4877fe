/** A request as it is kept: no headers, so no token. */
export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string | string[]>;
  body?: unknown;
  /** What was uploaded beside the body. */
  media?: string;
  /** What the stand-in answered. */
  status: number;
}

export interface Call {
  /** What stands for the {parameters} of the route. */
  params: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, unknown>;
  media?: string;
}

export type Handler = (call: Call) => object;

/** By method and path: "GET /v1/projects/{project}". */
export type Routes = Record<string, Handler>;

/** What the real API answers to what it does not take. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }

  /** The form that Google's clients read. */
  toJson(): object {
    return {
      error: {
        code: this.status,
        message: this.message,
        errors: [{ message: this.message, domain: "global", reason: this.reason }],
      },
    };
  }
}

export const invalid = (message: string): Refusal => new Refusal(400, "invalid", message);
export const inUse = (what: string, by: string): Refusal =>
  new Refusal(400, "resourceInUseByAnotherResource", `The resource '${what}' is already being used by '${by}'`);

/** A colon in a path begins a verb, so that no name may hold one. */
const expression = (template: string): RegExp => new RegExp(`^${template.replace(/\{(\w+)\}/g, "(?<$1>[^/:]+)")}$`);

/** The handler of a request, and what stands for the parameters of its route. */
export function find(
  routes: Routes,
  method: string,
  path: string,
): { handler: Handler; params: Record<string, string> } | undefined {
  for (const [route, handler] of Object.entries(routes)) {
    const [verb, template] = route.split(" ") as [string, string];
    const match = verb === method ? expression(template).exec(path) : null;
    if (match)
      return {
        handler,
        params: Object.fromEntries(
          Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
        ),
      };
  }
  return undefined;
}

/** JSON, or the two parts of an upload: what it is called, and what it is. */
export function parseBody(contentType: string, text: string): { body?: unknown; media?: string } {
  const boundary = /^multipart\/related.*boundary="?([^";]+)/.exec(contentType)?.[1];
  if (boundary === undefined) return text === "" ? {} : { body: JSON.parse(text) as unknown };
  const parts = text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => part.split("\r\n\r\n").slice(1).join("\r\n\r\n").replace(/\r\n$/, ""));
  return { body: JSON.parse(parts[0]!) as unknown, media: parts[1] };
}
