import { disconnect } from "./api";
import { build } from "./cluster";
import { nodeNamed } from "./layout";
import { removeRunningNode } from "./leftovers";
import { withLock } from "./lock";
import { runIn, setCable } from "./network";
import { startNode } from "./start";

/** Real faults of a node, for tests: a node is named as Kubernetes names it (`rgke-node1`), or `node1` for short. */
export const nodes = {
  /** Pulls the node's network cable: it goes on running and reaches nobody. */
  cutOff: (name: string) => setCable(nodeNamed(name), "down"),

  reconnect: (name: string) => setCable(nodeNamed(name), "up"),

  /** Cuts its power: every process dies at once, and only the disk is left. */
  powerOff: (name: string) => withLock(() => removeRunningNode(nodeNamed(name))),

  /** Starts it again and waits until it says of itself that it is Ready. */
  powerOn: async (name: string) => {
    const built = await build();
    try {
      await withLock(() => startNode(built, nodeNamed(name)));
    } finally {
      disconnect();
    }
  },

  /** Runs a command in the node's network namespace; resolves to its standard output. */
  runOnNode: (name: string, argv: readonly string[]) => runIn(nodeNamed(name), argv),
};
