/*
 * Takes what the program has to do with out of Google's discovery documents, which the Python package
 * google-api-python-client ships:
 * npx sucrase-node tests/contract/extract.ts <its googleapiclient/discovery_cache/documents>
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Document, type Field, folder, type Method } from "./documents";
import { stated } from "./stated";

/**
 * The calls that the provider makes for the resources that we have, by document. Their bodies decide which schemas are
 * kept.
 */
const used: Record<string, RegExp> = {
  // The provider calls v1beta1; of v1 the node's configuration counts, whose reserved metadata keys differ.
  "container.v1": /^projects\.locations\.clusters\.nodePools\.create$/,
  "container.v1beta1": /^projects\.locations\.(getServerConfig|operations\.(get|list)|clusters\.(nodePools\.)?\w+)$/,
  "compute.beta": new RegExp(
    [
      /^(networks|subnetworks|routers|disks|regionDisks|resourcePolicies|snapshots)\.(addResourcePolicies|createSnapshot|delete|expandIpCidrRange|get|insert|list|patch|removeResourcePolicies|resize|setLabels|setPrivateIpGoogleAccess|update)$/,
      /^((global|region|zone)Operations\.(get|wait)|(projects|regions|zones)\.get|instanceGroupManagers\.(get|list))$/,
    ]
      .map(({ source }) => source)
      .join("|"),
  ),
  "storage.v1":
    /^(buckets\.(delete|get|getIamPolicy|insert|list|patch|setIamPolicy|update)|objects\.(delete|get|insert|list|patch|update)|anywhereCaches\.list)$/,
  "iam.v1": /^projects\.serviceAccounts\.(create|delete|disable|enable|get|list|patch|update)$/,
  "cloudresourcemanager.v1": /^projects\.(get|getIamPolicy|setIamPolicy)$/,
  "serviceusage.v1": /^(services|operations)\.(batchEnable|batchGet|disable|enable|get|list)$/,
};

// A discovery document is read field by field, and each is looked at.
/* eslint-disable @typescript-eslint/no-explicit-any */
type Raw = Record<string, any>;

const source = process.argv[2];
if (!source || process.argv.length > 3) throw new Error("Usage: extract.ts FOLDER, of the discovery documents");
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });
for (const [name, calls] of Object.entries(used)) {
  const raw = JSON.parse(fs.readFileSync(path.join(source, `${name}.json`), "utf8")) as Raw;
  const extracted = extract(name, raw, calls);
  const file = path.join(folder, `${name}.json`);
  fs.writeFileSync(file, lines(extracted));
  console.log(
    `${name}, revision ${extracted.revision}: ${Object.keys(extracted.methods).length} methods, ${Object.keys(extracted.schemas).length} schemas, ${(fs.statSync(file).size / 1024).toFixed(0)} KB`,
  );
}

function extract(name: string, raw: Raw, calls: RegExp): Document {
  const methods = Object.fromEntries(
    methodsOf(raw)
      .filter(([id]) => calls.test(id))
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([id, method]) => [id, methodOf(method, raw)]),
  );
  if (Object.keys(methods).length === 0) throw new Error(`${name} has none of the methods that are looked for`);
  const schemas: Record<string, Field> = {};
  const wanted = Object.values(methods).flatMap(({ request }) => request ?? []);
  for (let schema = wanted.pop(); schema; schema = wanted.pop()) {
    if (schemas[schema]) continue;
    schemas[schema] = fieldOf(raw.schemas[schema], schema, wanted);
  }
  return {
    document: name,
    revision: raw.revision,
    parameters: Object.keys(raw.parameters).sort(),
    schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a.localeCompare(b))),
    methods,
  };
}

function methodsOf(raw: Raw, prefix = ""): [string, Raw][] {
  return [
    ...Object.entries((raw.methods ?? {}) as Raw).map(([name, method]): [string, Raw] => [`${prefix}${name}`, method]),
    ...Object.entries((raw.resources ?? {}) as Raw).flatMap(([name, resource]) =>
      methodsOf(resource, `${prefix}${name}.`),
    ),
  ];
}

function methodOf(method: Raw, { servicePath }: Raw): Method {
  const uploads = Object.values((method.mediaUpload?.protocols ?? {}) as Record<string, { path: string }>).map(
    (protocol) => protocol.path,
  );
  const parameters = Object.entries((method.parameters ?? {}) as Raw).map(
    ([name, { location, required, type, enum: values, pattern, format }]) => [
      name,
      { location, required, type, enum: values, pattern, format },
    ],
  );
  return {
    httpMethod: method.httpMethod,
    paths: [`/${servicePath}${method.flatPath ?? method.path}`, ...uploads],
    request: method.request?.$ref,
    parameters: Object.fromEntries(parameters),
  };
}

/** What only the server writes is kept as such, but nothing below it is. */
function fieldOf(raw: Raw, key: string, wanted: string[]): Field {
  const readOnly = raw.readOnly || /^\s*\[?output only/i.test(raw.description ?? "") || undefined;
  if (raw.$ref && !readOnly) wanted.push(raw.$ref);
  const below = (name: string, field: Raw): Field => fieldOf(field, name ? `${key}.${name}` : key, wanted);
  return {
    ...(raw.$ref ? { $ref: readOnly ? undefined : raw.$ref } : { type: raw.type }),
    format: raw.format,
    pattern: raw.pattern,
    enum: raw.enum,
    readOnly,
    requiredBy: raw.annotations?.required,
    description: key in stated ? raw.description : undefined,
    ...(readOnly
      ? {}
      : {
          items: raw.items && below("", raw.items),
          additionalProperties: raw.additionalProperties && below("", raw.additionalProperties),
          properties:
            raw.properties &&
            Object.fromEntries(
              Object.entries(raw.properties as Raw).map(([name, field]) => [name, below(name, field)]),
            ),
        }),
  };
}

/** One field or method a line, so that a new revision is a diff that can be read. */
function lines({ schemas, methods, ...head }: Document): string {
  const object = (entries: [string, string][], indent: string) =>
    `{\n${entries.map(([name, text]) => `${indent} ${JSON.stringify(name)}: ${text}`).join(",\n")}\n${indent}}`;
  const flat = (values: Record<string, unknown>, indent: string) =>
    object(
      Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]),
      indent,
    );
  return `${object(
    [
      ...Object.entries(head).map(([name, value]): [string, string] => [name, JSON.stringify(value)]),
      ["methods", flat(methods, " ")],
      [
        "schemas",
        object(
          Object.entries(schemas).map(([name, schema]) => [
            name,
            schema.properties
              ? `{ "type": "object", "properties": ${flat(schema.properties, "  ")} }`
              : JSON.stringify(schema),
          ]),
          " ",
        ),
      ],
    ],
    "",
  )}\n`;
}
