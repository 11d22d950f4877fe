import { wantedSysctls } from "../../kernel";
import type { Mistake } from "../../mistake";
import type { GoogleCloudArgs } from "../args";
import { allocatableCpus, allocatableMemory, machineOf, unknownMachine, type Machine } from "./machine-types";
import { sysctlLimits, sysctlMistake } from "./node-sysctls";
import { metadataMistake } from "./reserved-metadata";
import { defaults, zonesOf } from "../settings";

/** What the pods that are not Redis, and Google's own on each node, need beside it: GB, and vCPUs. */
const besides = { memoryGb: 0.75, cpus: 0.5 };

/** What is wrong with the nodes, by themselves or for what is to run on them. */
export function nodePoolMistakes(args: GoogleCloudArgs): Mistake[] {
  const { nodePool = {} } = args;
  const machineType = nodePool.machineType ?? defaults.machineType;
  const machine = machineOf(machineType);
  return [
    ...(machine
      ? machineMistakes(args, machineType, machine)
      : [
          {
            property: "nodePool.machineType",
            value: machineType,
            reason: unknownMachine(machineType, defaults.machineType),
          },
        ]),
    ...spreadMistakes(args),
    ...sysctlMistakes(nodePool.sysctls ?? {}, machine),
    ...metadataMistakes(nodePool.metadata ?? {}),
  ];
}

function machineMistakes(args: GoogleCloudArgs, machineType: string, machine: Machine): Mistake[] {
  const mistakes: Mistake[] = [];
  const refuse = (property: string, value: unknown, reason: string) => mistakes.push({ property, value, reason });
  const least = sysctlLimits["vm.overcommit_memory"]!.minMachineMemoryGb!;
  if (machine.memoryGb < least)
    refuse(
      "nodePool.machineType",
      machineType,
      `has ${machine.memoryGb} GB of memory, and Google sets vm.overcommit_memory only from ${least} GB on: write "${defaults.machineType}" (the cheapest) or a larger one`,
    );
  const type = args.disk?.type ?? defaults.diskType;
  if (!machine.disks.includes(type))
    refuse(
      "disk.type",
      type,
      `cannot be attached to ${machineType}: write ${machine.disks.map((disk) => `"${disk}"`).join(" or ")}`,
    );
  const needed = (args.workload.memoryBytes * dataPodsOnANode(args)) / 2 ** 30;
  const free = allocatableMemory(machine.memoryGb) - besides.memoryGb;
  if (needed > free)
    refuse(
      "nodePool.machineType",
      machineType,
      `leaves ${free.toFixed(1)} GB to Redis, which needs ${needed.toFixed(1)} GB on a node: write a larger one, or less memory for Redis`,
    );
  const asked = args.workload.cpus * dataPodsOnANode(args);
  const idle = allocatableCpus(machine.cpus) - besides.cpus;
  if (asked > idle)
    refuse(
      "nodePool.machineType",
      machineType,
      `leaves ${idle.toFixed(1)} vCPUs to Redis, which asks for ${asked.toFixed(1)} on a node: write a larger one, or less in resources.cpu`,
    );
  return mistakes;
}

/** The zones take turns with the disks, and a disk ties its pod to its zone: nodes elsewhere do not help. */
function dataPodsOnANode({ cluster, nodePool = {}, workload }: GoogleCloudArgs): number {
  const dataPodsInAZone = Math.ceil(workload.dataPods / Math.max(1, zonesOf(cluster, nodePool).length));
  return Math.ceil(dataPodsInAZone / Math.max(1, nodePool.nodesPerZone ?? 1));
}

function spreadMistakes(args: GoogleCloudArgs): Mistake[] {
  const { cluster, nodePool = {}, workload } = args;
  const perZone = nodePool.nodesPerZone ?? 1;
  if (!Number.isInteger(perZone) || perZone < 1)
    return [
      { property: "nodePool.nodesPerZone", value: perZone, reason: "counts the nodes in each zone: write 1 or more" },
    ];
  const zones = zonesOf(cluster, nodePool).length;
  if (workload.nodesApart === 0 || zones === 0) return [];
  return zones * perZone >= workload.nodesApart
    ? []
    : [
        {
          property: "nodePool.nodesPerZone",
          value: perZone,
          reason: `makes ${zones * perZone} nodes in ${zones} zones, and every pod has to be on a node of its own (scheduling.spread "required"): ${workload.nodesApart} are needed`,
        },
      ];
}

function sysctlMistakes(sysctls: Record<string, string>, machine?: Machine): Mistake[] {
  return Object.entries(sysctls).flatMap(([name, value]): Mistake[] => {
    const property = `nodePool.sysctls.${name}`;
    const reason = sysctlMistake(name, value, machine?.memoryGb);
    if (reason) return [{ property, value, reason }];
    const tuned = wantedSysctls[name];
    if (name === "net.core.somaxconn" && Number(value) < Number(tuned))
      return [
        { property, value, reason: `is below what a node has by itself: write ${tuned} or more, or leave it out` },
      ];
    return tuned !== undefined && name !== "net.core.somaxconn" && value !== tuned
      ? [{ property, value, reason: `is always ${tuned} here, because Redis needs it: take it out` }]
      : [];
  });
}

function metadataMistakes(metadata: Record<string, string>): Mistake[] {
  return Object.entries(metadata).flatMap(([key, value]): Mistake[] => {
    const reason = metadataMistake(key, value);
    return reason === undefined
      ? []
      : [
          {
            property: `nodePool.metadata.${key}`,
            value: value.length > 40 ? `${value.slice(0, 40)}...` : value,
            reason,
          },
        ];
  });
}
