import type { Finding } from "./check";

type Inputs = Record<string, unknown>;

/**
 * What concerns several properties at once, and what no document states and the official plugin's preview lets through:
 * by type.
 */
const rules: Readonly<Record<string, (inputs: Inputs) => Finding[]>> = {
  "gcp:storage/bucket:Bucket": ({ lifecycleRules = [] }) =>
    (lifecycleRules as { condition?: Inputs }[]).flatMap(({ condition = {} }, index) =>
      Object.values(condition).some(
        (value) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0),
      )
        ? []
        : [
            {
              path: `lifecycleRules[${index}].condition`,
              reason: "is empty, and holds for every object in the bucket",
            },
          ],
    ),
  "gcp:container/nodePool:NodePool": ({ nodeCount, autoscaling }) =>
    nodeCount === undefined || autoscaling === undefined
      ? []
      : [{ path: "nodeCount", reason: "stands beside autoscaling, which changes it back and forth" }],
  "gcp:compute/disk:Disk": ({ zone }) =>
    zone === undefined
      ? [{ path: "zone", reason: "is missing: the disk would be wherever the provider's default is" }]
      : [],
};

export const togetherMistakes = (type: string, inputs: Inputs): Finding[] =>
  Object.hasOwn(rules, type) ? rules[type]!(inputs) : [];
