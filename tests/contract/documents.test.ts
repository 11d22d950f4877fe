import assert from "node:assert/strict";
import { sysctlLimits, sysctlMistake } from "../../components/gke/rules/node-sysctls";
import { metadataMistake, reservedMetadata } from "../../components/gke/rules/reserved-metadata";
import { childOf, documents, documentOf, type Field, type Place, resolved, schemaOf } from "./documents";
import { mappedTypes, mappingOf } from "./mapping";
import { mappedChild } from "./resource";
import { reservedKeys, stated, sysctlNames } from "./stated";

const description = (document: string, schema: string, field: string): string =>
  childOf(schemaOf(documentOf(document), schema), field)!.field.description!;
const containers = ["container.v1", "container.v1beta1"];

describe("what the program knows of Google's API by heart", () => {
  it("refuses each metadata key that either version reserves, and no other: the pool's creation would fail after minutes", () => {
    const reserved = new Set(
      containers.flatMap((document) => reservedKeys(description(document, "NodeConfig", "metadata"))),
    );
    assert.deepEqual([...reservedMetadata].sort(), [...reserved].sort());
    for (const key of reserved) assert.match(metadataMistake(key, "x") ?? "", /reserved/);
    assert.equal(metadataMistake("disable-legacy-endpoints", "true"), undefined);
  });

  it("holds metadata against the shape that the API asks for", () => {
    assert.match(metadataMistake("a key", "x")!, /letters, digits/);
    assert.match(metadataMistake("k".repeat(128), "x")!, /at most 127/);
    assert.match(metadataMistake("big", "x".repeat(32 * 1024 + 1))!, /32 KB/);
  });

  for (const document of containers) {
    it(`knows each sysctl that ${document} lists, and no other`, () => {
      assert.deepEqual(
        Object.keys(sysctlLimits).sort(),
        sysctlNames(description(document, "LinuxNodeConfig", "sysctls")).sort(),
      );
    });
  }

  it("says why a sysctl would be refused, and lets the ones that Redis wants be", () => {
    const refused: [string, string, RegExp, number?][] = [
      ["net.core.somaxcon", "1024", /not on GKE's list of node sysctls: did you mean net\.core\.somaxconn\?/],
      ["toString", "1", /not on GKE's list/],
      ["net.core.somaxconn", "64", /must be 128 to 2147483647/],
      ["net.core.somaxconn", "1k", /must be 128 to/],
      ["net.core.somaxconn", "0x1000", /must be 128 to/],
      ["net.core.somaxconn", "", /must be 128 to/],
      ["vm.overcommit_memory", "3", /must be 0, 1 or 2/],
      ["vm.overcommit_memory", "1", /at least 15 GB of memory; this one has 8 GB/, 8],
      ["net.ipv4.tcp_rmem", "4096 87380", /three positive whole numbers/],
      ["kernel.shmmax", "18446744073692774400", /must be 0 to 18446744073692774399/],
      ["kernel.core_pattern", " ", /must not be empty/],
    ];
    for (const [name, value, reason, memory] of refused)
      assert.match(sysctlMistake(name, value, memory) ?? `${name}=${value} is let through`, reason);
    const taken: [string, string, number?][] = [
      ["net.core.somaxconn", "1024"],
      ["vm.overcommit_memory", "1", 16],
      ["vm.overcommit_memory", "1"],
      ["net.ipv4.tcp_rmem", "4096 87380 6291456"],
      ["kernel.perf_event_paranoid", "-1"],
    ];
    for (const [name, value, memory] of taken) assert.equal(sysctlMistake(name, value, memory), undefined);
  });
});

describe("the stored documents", () => {
  it("hold every schema that a field refers to: a hole would look like an API that takes anything", () => {
    for (const document of documents) {
      for (const [name, schema] of Object.entries(document.schemas))
        references(schema).forEach((to) =>
          assert.ok(document.schemas[to], `${document.document}: ${name} refers to ${to}`),
        );
      for (const [id, { request }] of Object.entries(document.methods))
        assert.ok(!request || document.schemas[request], `${document.document}: ${id} takes ${request}`);
    }
  });

  it("state in prose what the rules read out of it", () => {
    const read = new Set<string>();
    for (const document of documents) {
      for (const [name, schema] of Object.entries(document.schemas)) {
        for (const { key, field } of described({ document, field: schema, key: name })) {
          assert.doesNotThrow(() => stated[key]!(field.description!), `${document.document} ${key}`);
          read.add(key);
        }
      }
    }
    assert.deepEqual([...read].sort(), Object.keys(stated).sort());
  });

  it("are led into by every row of the mapping: a row that leads nowhere would be noticed by nobody", () => {
    assert.ok(mappedTypes.length > 0);
    for (const type of mappedTypes) {
      const mapping = mappingOf(type)!;
      for (const property of Object.keys(mapping.renamed)) {
        let place: Place | "own" | undefined = schemaOf(documentOf(mapping.document), mapping.schema);
        const names = property.split(".");
        for (const [depth, name] of names.entries())
          place =
            typeof place === "object"
              ? mappedChild(mapping, place, names.slice(0, depth + 1).join("."), name)
              : undefined;
        assert.ok(typeof place === "object", `${type}: ${property} leads nowhere`);
        assert.ok(!resolved(place).field.readOnly, `${type}: ${property} is written by the server`);
      }
    }
  });
});

const below = (field: Field): Field[] => [
  ...Object.values(field.properties ?? {}),
  ...[field.items, field.additionalProperties].filter((one) => one !== undefined),
];

const references = (field: Field): string[] => [
  ...(field.$ref ? [field.$ref] : []),
  ...below(field).flatMap(references),
];

function described(place: Place): Place[] {
  const { document, field, key } = place;
  const children = [
    ...Object.entries(field.properties ?? {}).map(([name, child]) => ({
      document,
      field: child,
      key: `${key}.${name}`,
    })),
    ...(field.items ? [{ document, field: field.items, key }] : []),
  ];
  return [...(field.description ? [place] : []), ...children.flatMap(described)];
}
