import type { Changes } from "../../changes";
import type { Mistake } from "../../mistake";
import type { RedisDeployed } from "../deployed";

/** From a place that holds data to one that is empty. */
export interface Move {
  mistake: Mistake;
  toAnotherCluster: boolean;
}

const giveUp = ({ namespace }: RedisDeployed) => `to give up the data there, name ${namespace} in persistence.discard`;

export function findMove(before: RedisDeployed, after: RedisDeployed): Move | undefined {
  if (isAnother(before.cluster, after.cluster)) {
    const reason = `leads to another cluster than the one that this stack was deployed to (${before.cluster}; here it is ${after.cluster}), and its data are there: name that one's; or, ${giveUp(before)} and run pulumi up --refresh`;
    return { toAnotherCluster: true, mistake: { property: "cluster", value: undefined, reason } };
  }
  if (before.namespace === after.namespace) return undefined;
  const loss =
    before.createNamespace === false
      ? `would take Redis down in the namespace ${before.namespace} and leave its data there`
      : `would delete the namespace ${before.namespace} with the volumes in it`;
  return {
    toAnotherCluster: false,
    mistake: {
      property: "namespace",
      value: after.namespace,
      reason: `${loss}, and begin empty: write "${before.namespace}"; or, ${giveUp(before)}`,
    },
  };
}

/** A namespace and its uid tell a cluster: those of different namespaces say nothing of each other. */
function isAnother(before?: string, after?: string): boolean {
  if (before === undefined || after === undefined) return false;
  const [there, here] = [before, after].map((mark) => /^(\S+) (\S{36})$/.exec(mark));
  return before !== after && !(there && here && there[1] !== here[1]);
}

export function movesWhatWasGivenUp(before: RedisDeployed, { mistake, toAnotherCluster }: Move): Changes {
  if (toAnotherCluster)
    return {
      mistakes: [],
      warnings: [
        `persistence.discard: the data in ${before.namespace} stay behind in the cluster of before. Without --refresh pulumi up looks for what it made there`,
      ],
    };
  if (before.protect)
    return {
      mistakes: [
        {
          ...mistake,
          reason: `is another namespace than ${before.namespace}, which is still protected: run pulumi up with persistence.protect: false (on Google Cloud disk.protect) and nothing else changed first`,
        },
      ],
      warnings: [],
    };
  return {
    mistakes: [],
    warnings: [
      `persistence.discard: Redis in ${before.namespace} goes with all its data, and begins empty in another namespace`,
    ],
  };
}
