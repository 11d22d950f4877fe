import * as compute from "@pulumi/gcp/compute";
import { together, type Changes } from "../../changes";
import type { Mistake } from "../../mistake";
import type { DiskShape, GoogleCloudDeployed } from "../deployed";
import { diskShapes } from "../rules/deployed";
import type { GoogleCloudSettings } from "../settings";

/** A disk of others, as Google describes it. */
export type FoundDisk = Pick<compute.GetDiskResult, "type" | "size" | "users">;

/**
 * What is wrong with the disks that `disk.adopt` names and that are not the stack's yet. A preview takes them for what
 * the arguments say they are; an `up` compares them when half of everything else is made.
 */
export async function findUnfitDisks(settings: GoogleCloudSettings, before?: GoogleCloudDeployed): Promise<Changes> {
  const adopted = diskShapes(settings)
    .slice(0, settings.disk.adopt.length)
    .filter(({ name }) => !before?.disks.some((disk) => disk.name === name));
  return together(
    await Promise.all(
      adopted.map(async (wanted) =>
        unfitDisk(wanted, await find(settings, wanted), settings.disk.adopt.indexOf(wanted.name)),
      ),
    ),
  );
}

/** Undefined if there is none of that name in that place. */
async function find(
  { project, region }: GoogleCloudSettings,
  { name, zones }: DiskShape,
): Promise<FoundDisk | undefined> {
  try {
    return await (zones.length > 1
      ? compute.getRegionDisk({ project, region, name })
      : compute.getDisk({ project, zone: zones[0], name }));
  } catch (error) {
    if (/not found/i.test(String(error))) return undefined;
    throw error;
  }
}

/** @internal Pure. */
export function unfitDisk(wanted: DiskShape, found: FoundDisk | undefined, index: number): Changes {
  const property = `disk.adopt.${index}`;
  const refuse = (reason: string): Mistake => ({ property, value: wanted.name, reason });
  if (!found)
    return {
      mistakes: [
        refuse(
          `is no disk in ${wanted.zones.join(" and ")}: \`gcloud compute disks list --filter=name=${wanted.name}\` shows where it is; the data pods take their zones from nodePool.zones in turn`,
        ),
      ],
      warnings: [],
    };
  const type = found.type.split("/").pop()!;
  const user = found.users?.[0]?.split("/").pop();
  return {
    mistakes: [
      ...(type === wanted.type ? [] : [refuse(`is a ${type}, and is taken over as it is: write disk.type "${type}"`)]),
      ...(found.size === wanted.size
        ? []
        : [
            refuse(
              `has ${found.size} GiB, and is taken over as it is: write persistence.size "${found.size}Gi"; it can grow with the next pulumi up`,
            ),
          ]),
    ],
    // No mistake: after an `up` that failed it may be attached to a node of ours.
    warnings:
      user === undefined
        ? []
        : [
            `${property}: ${wanted.name} is attached to the machine ${user}, and its pod waits until it is not: stop what uses it there`,
          ],
  };
}
