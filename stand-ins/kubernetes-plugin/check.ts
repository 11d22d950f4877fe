import { assignName, isNamed, type Autonaming } from "./naming";
import { normalizeInputs } from "./inputs";
import { annotation, isPatch, kindOf, kindOfUrn, namespaceOf, refusal, type Kind } from "./kinds";
import { annotateSecrets } from "./secrets";
import { toObject, toProperties } from "./checkpoint";
import { at, isFields, isUnknown, type Fields } from "./values";
import type { Mistake } from "./settings";

export interface CheckRequest {
  urn: string;
  olds: Fields;
  news: Fields;
  seed: Uint8Array;
  autonaming?: Autonaming;
  defaultNamespace: string;
  isNamespaced: (kind: Kind) => Promise<boolean>;
}

/** The inputs that everything after works with: named, in a namespace, in normal form, secrets still secret. */
export async function check(request: CheckRequest): Promise<{ inputs: Fields; failures: Mistake[] }> {
  const { urn, olds, news, defaultNamespace } = request;
  const refused = refusal(urn);
  if (refused) throw new Error(refused);
  const inputs = normalizeInputs({ ...(kindOfUrn(urn) as unknown as Fields), ...toObject(news) });
  const oldInputs = Object.keys(olds).length > 0 ? toObject(olds) : undefined;
  if (isPatch(urn) && !isNamed(inputs)) throw new Error("patch resources require the `.metadata.name` field to be set");
  assignName({ inputs, oldInputs, urn, seed: request.seed, autonaming: request.autonaming });
  const metadata = inputs.metadata;
  if (
    isFields(metadata) &&
    !namespaceOf(inputs) &&
    !isUnknown(at(inputs, "metadata", "namespace")) &&
    (await request.isNamespaced(kindOf(inputs)))
  ) {
    metadata.namespace = defaultNamespace;
  }
  const failures: Mistake[] = [];
  if (annotation(inputs, "pulumi.com/waitFor")) {
    failures.push({
      property: `metadata.annotations["pulumi.com/waitFor"]`,
      reason: "waiting for a condition of your own is not in the stand-in for the kubernetes plugin",
    });
  }
  const checked = toProperties(inputs);
  annotateSecrets(checked, news);
  return { inputs: checked, failures };
}
