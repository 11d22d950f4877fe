import { Refusal } from "./http";

/**
 * What Google takes for a node: told by whoever starts the stand-in, for the tables are the program's (and are held
 * against Google's own documents by tests/contract). A mistake is what is wrong with it, in words.
 */
export interface NodeRules {
  /** The memory in GB of a machine of this type; undefined if there is no such type. */
  memoryOf(machineType: string): number | undefined;
  sysctlMistake(name: string, value: string, memory: number): string | undefined;
  metadataMistake(key: string, value: string): string | undefined;
}

/**
 * What the services hold, by the names that Google gives: "projects/P/zones/Z/disks/D". One for all of them, for they
 * name each other.
 */
export class Store {
  private readonly held = new Map<string, object>();
  private counter = 0;

  constructor(readonly nodeRules: NodeRules) {}

  /** Grows with each call: ids, generations, fingerprints. */
  next(): number {
    return ++this.counter;
  }

  has(path: string): boolean {
    return this.held.has(path);
  }

  get<T extends object>(path: string): T {
    const found = this.held.get(path);
    if (!found) throw new Refusal(404, "notFound", `The resource '${path}' was not found`);
    return found as T;
  }

  /** A name that is taken is refused: the real API makes nothing twice. */
  insert<T extends object>(path: string, value: T): T {
    if (this.held.has(path)) throw new Refusal(409, "alreadyExists", `The resource '${path}' already exists`);
    this.held.set(path, value);
    return value;
  }

  delete(path: string): void {
    this.get(path);
    this.held.delete(path);
  }

  /** What lies directly in a collection. */
  list<T extends object>(collection: string): T[] {
    return this.paths(collection).map((path) => this.held.get(path) as T);
  }

  paths(collection = ""): string[] {
    return [...this.held.keys()].filter(
      (path) =>
        path.startsWith(collection === "" ? "" : `${collection}/`) &&
        (collection === "" || !path.slice(collection.length + 1).includes("/")),
    );
  }

  /** Whether what lies at `path` names the other one. */
  names(path: string, other: string): boolean {
    return JSON.stringify(this.held.get(path)).includes(other);
  }
}

/** The part of a full or partial address that the store goes by. */
export const relative = (address: string): string =>
  address.replace(/^https?:\/\/[^/]+\//, "").replace(/^compute\/(v1|beta)\//, "");
