/** What nodes have to be enough for: Redis tells it from its arguments, and the nodes are held against it. */
export interface Workload {
  /** Pods that hold data, each with a disk of its own. */
  dataPods: number;
  /** Memory of each, in bytes. */
  memoryBytes: number;
  /** Processors that each asks for. */
  cpus: number;
  /** The most pods of one kind that must all be on different nodes; 0 if they may share. */
  nodesApart: number;
}
