import { isFields, listAt, textAt, type Fields } from "./values";

/** The API server refused. Its own words are kept: they name the field, the object or the other manager. */
export class ApiError extends Error {
  readonly reason: string;
  constructor(
    readonly code: number,
    readonly status: Fields,
    raw = "",
  ) {
    super(textAt(status, "message") || raw || `the API server answered ${code}`);
    this.name = "ApiError";
    this.reason = textAt(status, "reason");
  }
}

/** The API server could not be asked at all. */
export class Unreachable extends Error {
  constructor(
    readonly server: string,
    readonly context: string,
    reason: string,
  ) {
    super(
      `configured Kubernetes cluster is unreachable: ${server ? `${server} (context "${context}"): ` : ""}${reason}`,
    );
    this.name = "Unreachable";
  }
}

/**
 * The object exists but is not (or not yet) what it should be. The engine keeps its state, shows the reasons, and the
 * next `up` goes on from there; as a plain failure it would be forgotten and left behind on the cluster.
 */
export class InitFailed extends Error {
  /** Of a refresh: the id as the state has it, and the inputs as they are on the cluster. */
  id = "";
  inputs: Fields | undefined;

  /** `last` is the object as it was last seen; out of an operation, the outputs that the state keeps of it. */
  constructor(
    message: string,
    readonly reasons: string[],
    readonly last: Fields,
  ) {
    super(message);
    this.name = "InitFailed";
  }
}

export const isNotFound = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 404;
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === "AlreadyExists";
export const isNamespaceMissing = (error: unknown): boolean =>
  isNotFound(error) && textAt(error.status, "details", "kind") === "namespaces";

/** A conflict of field managers, with each field and who holds it on a line of its own. */
export function explainApply(error: unknown, manager: string): unknown {
  if (!(error instanceof ApiError) || error.code !== 409 || error.reason !== "Conflict") return error;
  const causes = listAt(error.status, "details", "causes")
    .filter(isFields)
    .map((cause) => `  ${textAt(cause, "field")}: ${textAt(cause, "message")}`);
  if (causes.length === 0) return error;
  return new Error(
    `server-side apply field conflict (field manager "${manager}"):\n${causes.join("\n")}\n` +
      `Leave the field to its manager (ignoreChanges, or remove it from the program), or take it over with the annotation pulumi.com/patchForce: "true".`,
  );
}

export const existsAlready = (error: ApiError): Error =>
  new Error(
    `${error.message}\n\nThe object is already on the cluster and not in this stack. Adopt it (\`pulumi import\`), give the resource an alias if it was renamed in the program, or remove the object.`,
  );

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
