import type { Config, ChaosStack } from "./deployment";
import type { Pod, Wanted } from "./state";
import type { Undo } from "./undo";

/** What a fault may use. */
export interface Context {
  deployment: ChaosStack;
  /** The pod that is master when the fault is made. */
  master: Pod;
  pods: Pod[];
  /** In `make test`: shorter, and with less data. */
  brief: boolean;
  undo: Undo;
  /** Marks the moment of the fault, for the outage and the picture: everything before it is preparation. */
  strike: () => void;
  /** Seconds that the fault lasts. */
  hold: (full: number, brief: number) => Promise<void>;
}

export interface Fault {
  /** A number; where a fault has several forms, a letter behind it. */
  id: string;
  name: string;
  /** Makes the fault, and puts back what does not heal by itself. */
  make(context: Context): Promise<void>;
  /** Before the load starts. */
  prepare?(context: Context): Promise<void>;
  /** How often it explains that a container of this pod was started again; not at all if absent. */
  restarts?(pod: Pod, context: Context): number;
  /** A client more, that lives on the master's node and is cut off with it. */
  inside?: boolean;
  /** Two clients more, each a pool of eight connections that write transactions: 5 MB/s from each. */
  pools?: boolean;
  /** A deployment of its own, where the usual one does not do. */
  needs?: Config;
  wanted?: Wanted;
  /**
   * The master is asked to move, or not touched at all: then no acknowledged write may be lost. Any other fault may
   * lose a second of them.
   */
  losesNothing?: boolean;
}

export const numberOf = ({ id }: Fault): number => Number.parseInt(id, 10);
