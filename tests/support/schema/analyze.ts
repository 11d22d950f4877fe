import * as path from "node:path";
import type * as analyzer from "@pulumi/pulumi/provider/experimental/analyzer";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import ts from "typescript";
import { damagePolicies, fsyncPolicies, modes, spreads } from "../../../components/redis";
import { checkout } from "../../../lib/paths";

/** Texts of which an argument has to be one, by the name of their type. */
export const enums: Record<string, readonly string[]> = {
  Mode: modes,
  Fsync: fsyncPolicies,
  OnDamage: damagePolicies,
  Spread: spreads,
};

export type Property = analyzer.PropertyDefinition & { oneOf?: { type: string }[]; secret?: boolean };

/** The methods of Pulumi's analyzer that are changed here; it declares none of them. */
interface Methods {
  checker: ts.TypeChecker;
  analyzeType(context: object, type: ts.Type, at: ts.Node, optional?: boolean, doc?: string): Property;
  analyzeSymbol(context: object, symbol: ts.Symbol, at: ts.Node): Property;
}

/**
 * What Pulumi's own analyzer of components finds, with what this version of it refuses or leaves out: choices of fixed
 * texts, "text or false", and what an argument is by default.
 */
export function analyze(components: readonly string[]): analyzer.AnalyzeResult {
  const folder = path.join(checkout, "components");
  const found = new Analyzer(folder, "redis-gke", { main: "provider/provider.ts" }, new Set(components));
  const methods = found as unknown as Methods;
  const analyzeType = methods.analyzeType.bind(found);
  const analyzeSymbol = methods.analyzeSymbol.bind(found);
  methods.analyzeType = (context, type, at, optional = false, doc) => {
    const members = type.isUnion() ? type.types.filter((each) => !(each.flags & ts.TypeFlags.Undefined)) : [];
    const asked = { ...(optional || members.length < lengthOf(type) ? { optional: true } : {}), plain: true };
    const described = { ...asked, ...(doc === undefined ? {} : { description: doc }) };
    if (members.length > 1 && members.every((each) => each.isStringLiteral()))
      return { $ref: `#/types/redis-gke:index:${enumOf(members.map((each) => each.value))}`, ...described };
    if (members.length === 2 && members.some((each) => each.flags & ts.TypeFlags.String))
      return { oneOf: [{ type: "string" }, { type: "boolean" }], ...described } as Property;
    return analyzeType(context, type, at, optional, doc);
  };
  methods.analyzeSymbol = (context, symbol, at) => {
    const property = analyzeSymbol(context, symbol, at);
    const byDefault = symbol.getJsDocTags(methods.checker).find(({ name }) => name === "default");
    const text = byDefault && ts.displayPartsToString(byDefault.text);
    return { ...property, ...(text ? { description: `${property.description ?? ""} Default: ${text}.`.trim() } : {}) };
  };
  return found.analyze();
}

const lengthOf = (type: ts.Type): number => (type.isUnion() ? type.types.length : 1);

function enumOf(values: string[]): string {
  const [name] = Object.entries(enums).find(([, all]) => [...all].sort().join() === [...values].sort().join()) ?? [];
  if (name === undefined) throw new Error(`No list in choices.ts has these values: ${values.join(", ")}`);
  return name;
}
