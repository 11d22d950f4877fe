import * as fs from "node:fs";
import * as path from "node:path";

/** A field as a document describes it, without the prose. */
export interface Field {
  type?: string;
  $ref?: string;
  format?: string;
  enum?: string[];
  items?: Field;
  properties?: Record<string, Field>;
  additionalProperties?: Field;
  pattern?: string;
  /** Only the server writes it. */
  readOnly?: boolean;
  /** Ids of the methods that refuse a body without it. */
  requiredBy?: string[];
  /** Kept only where `stated` reads it. */
  description?: string;
}

export interface Method {
  httpMethod: string;
  /** Every path that it is reached by, with {parameters}. */
  paths: string[];
  /** The schema of the body; a method without one takes no body. */
  request?: string;
  parameters: Record<string, Field & { location: string; required?: boolean }>;
}

export interface Document {
  document: string;
  revision: string;
  /** Query parameters that every method takes. */
  parameters: string[];
  schemas: Record<string, Field>;
  methods: Record<string, Method>;
}

export const folder = path.join(__dirname, "documents");

export const documents: readonly Document[] = fs.existsSync(folder)
  ? fs
      .readdirSync(folder)
      .sort()
      .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as Document)
  : [];

export function documentOf(name: string): Document {
  const found = documents.find(({ document }) => document === name);
  if (!found) throw new Error(`no document ${name} in tests/contract/documents; extract.ts writes it`);
  return found;
}

/** Where a value stands: the field that describes it, and the name by which `stated` knows it. */
export interface Place {
  document: Document;
  field: Field;
  key: string;
}

export const schemaOf = (document: Document, name: string): Place => ({ document, field: { $ref: name }, key: name });

/** Follows a $ref. A schema that was not stored is a hole in extract.ts, not a free pass. */
export function resolved({ document, field, key }: Place): Place {
  if (!field.$ref) return { document, field, key };
  const schema = document.schemas[field.$ref];
  if (!schema) throw new Error(`${document.document} holds no schema ${field.$ref}, which ${key} refers to`);
  return { document, field: schema, key: field.$ref };
}

/** One item of a list, or one entry of a map. What is stated of the whole is meant for each. */
export function itemOf(place: Place): Place {
  const { document, field, key } = resolved(place);
  const item = field.type === "array" ? field.items : field.additionalProperties;
  return item ? { document, field: { ...item, description: field.description }, key } : place;
}

/** The field of that name in an object, or in each object of a list. */
export function childOf(place: Place, name: string): Place | undefined {
  const { document, field, key } = resolved(itemOf(place));
  const child = field.properties && Object.hasOwn(field.properties, name) ? field.properties[name] : undefined;
  return child && { document, field: child, key: `${key}.${name}` };
}
