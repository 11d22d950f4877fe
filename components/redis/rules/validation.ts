import type { Mistake } from "../../mistake";
import { isKubernetesName, kubernetesNameForm } from "../../names";
import { archiveMistakes } from "./archive-validation";
import type { RedisArgs } from "../args";
import { damageMistakes } from "./damage-validation";
import { failoverMistakes } from "./failover-validation";
import { whyFloating } from "./image";
import { restoreMistakes } from "./restore-validation";
import { ownedSettings } from "./owned-settings";
import { formatMi, Gi, nearestQuantity, parseBytes, parseCpus } from "./quantity";
import { defaults, majority } from "../defaults";
import { deriveSizing, smallestMemory } from "./sizing";
import { fsyncPolicies, isOneOf, spreads } from "../choices";

const savePoints = /^\s*\d+\s+\d+(\s+\d+\s+\d+)*\s*$/;
const passwordForm = /^[A-Za-z0-9._~-]{16,128}$/;

/**
 * Everything that is wrong with the arguments, all at once; empty if nothing is. Pure: an `Output` is not looked into.
 */
export function findMistakes(args: RedisArgs): Mistake[] {
  return [
    ...topologyMistakes(args),
    ...placeMistakes(args),
    ...memoryMistakes(args),
    ...persistenceMistakes(args),
    ...damageMistakes(args),
    ...volumeMistakes(args),
    ...restoreMistakes(args),
    ...passwordMistakes(args),
    ...archiveMistakes(args),
    ...settingsMistakes(args),
  ];
}

function topologyMistakes(args: RedisArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  const refuse = (property: string, value: unknown, reason: string) => mistakes.push({ property, value, reason });
  if (args.mode !== "sentinel") {
    for (const property of ["replicas", "sentinels", "quorum", "masterName", "failover", "endpoint"] as const) {
      if (args[property] !== undefined)
        refuse(
          property,
          args[property],
          `has a meaning only with mode "sentinel": leave it out, or write mode "sentinel"`,
        );
    }
    return mistakes;
  }
  const { replicas = defaults.replicas, sentinels = defaults.sentinels } = args;
  if (!Number.isInteger(replicas) || replicas < 2 || replicas > 9)
    refuse(
      "replicas",
      replicas,
      `counts the data pods including the master: write 2 to 9 (3 is usual), or mode "standalone" for one`,
    );
  const usable = Number.isInteger(sentinels) && sentinels >= 3 && sentinels % 2 === 1 && sentinels <= 9;
  if (!usable)
    refuse(
      "sentinels",
      sentinels,
      "must be odd and at least 3 (3, 5, 7 or 9), so that one side of a partition always has a majority",
    );
  if (
    usable &&
    args.quorum !== undefined &&
    (!Number.isInteger(args.quorum) || args.quorum < majority(sentinels) || args.quorum > sentinels)
  ) {
    refuse(
      "quorum",
      args.quorum,
      `must be a majority of the ${sentinels} sentinels: write ${majority(sentinels)} to ${sentinels}, or leave it out`,
    );
  }
  if (args.masterName !== undefined && !/^[A-Za-z0-9._-]{1,63}$/.test(args.masterName))
    refuse("masterName", args.masterName, "may hold letters, digits and any of `._-`, at most 63");
  mistakes.push(...failoverMistakes(args));
  const endpoints = args.endpoint?.replicas;
  if (endpoints !== undefined && (!Number.isInteger(endpoints) || endpoints < 2))
    refuse("endpoint.replicas", endpoints, "must be at least 2, so that the endpoint survives the loss of one");
  return mistakes;
}

function placeMistakes(args: RedisArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  if (args.namespace !== undefined && !isKubernetesName(args.namespace)) {
    mistakes.push({ property: "namespace", value: args.namespace, reason: kubernetesNameForm });
  }
  for (const [property, image, instead] of [
    ["image", args.image, defaults.image],
    ["endpoint.image", args.endpoint?.image, defaults.endpoint.image],
  ] as const) {
    const why = image === undefined ? undefined : whyFloating(image);
    if (why)
      mistakes.push({
        property,
        value: image,
        reason: `${why}: write a fixed version, e.g. "${instead}", or a digest`,
      });
  }
  const spread = args.scheduling?.spread;
  if (spread !== undefined && !isOneOf(spreads, spread))
    mistakes.push({ property: "scheduling.spread", value: spread, reason: `must be "preferred" or "required"` });
  return mistakes;
}

function quantityReason(value: string, smallest: string): string {
  const meant = nearestQuantity(value);
  return `is not a quantity in Mi or Gi: write ${meant && parseBytes(meant)! >= parseBytes(smallest)! ? `"${meant}"` : `e.g. "${smallest}"`}`;
}

function memoryMistakes(args: RedisArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  const { memory, cpu } = args.resources ?? {};
  if (memory !== undefined) {
    const bytes = parseBytes(memory);
    if (bytes === undefined)
      mistakes.push({ property: "resources.memory", value: memory, reason: quantityReason(memory, defaults.memory) });
    else if (bytes < smallestMemory)
      mistakes.push({
        property: "resources.memory",
        value: memory,
        reason: `is too little for Redis and a fork of it: write at least "${formatMi(smallestMemory)}"`,
      });
  }
  if (cpu !== undefined && parseCpus(cpu) === undefined)
    mistakes.push({ property: "resources.cpu", value: cpu, reason: `is not a CPU quantity: write e.g. "250m" or "2"` });
  return mistakes;
}

function persistenceMistakes(args: RedisArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  const { size, fsync, save } = args.persistence ?? {};
  if (fsync !== undefined && !isOneOf(fsyncPolicies, fsync)) {
    mistakes.push({
      property: "persistence.fsync",
      value: fsync,
      reason: `must be "everysec" (a crash loses at most a second), "always" (nothing, slower) or "no" (up to half a minute)`,
    });
  }
  if (save !== undefined && !savePoints.test(save))
    mistakes.push({
      property: "persistence.save",
      value: save,
      reason: `must be pairs of seconds and changes, e.g. "${defaults.save}"`,
    });
  if (size !== undefined) {
    const bytes = parseBytes(size);
    const memory = args.resources?.memory ?? defaults.memory;
    const memoryBytes = parseBytes(memory);
    if (bytes === undefined)
      mistakes.push({ property: "persistence.size", value: size, reason: quantityReason(size, "1Gi") });
    else if (memoryBytes !== undefined && memoryBytes >= smallestMemory && bytes < deriveSizing(memory).smallestDisk) {
      mistakes.push({
        property: "persistence.size",
        value: size,
        reason: `is too small for ${memory} of memory (see sizing.ts): write at least "${deriveSizing(memory).smallestDisk / Gi}Gi"`,
      });
    }
  }
  return mistakes;
}

function volumeMistakes({ mode, replicas = defaults.replicas, persistence = {} }: RedisArgs): Mistake[] {
  const { volumes } = persistence;
  if (volumes === undefined) return [];
  const dataPods = mode === "standalone" ? 1 : replicas;
  return volumes.length === dataPods
    ? []
    : [
        {
          property: "persistence.volumes",
          value: volumes,
          reason: `has to name a volume for each data pod: ${dataPods}`,
        },
      ];
}

/** One that is an Output is looked into as soon as it is known: see foundation.ts. */
export function passwordMistakes(args: Pick<RedisArgs, "auth">): Mistake[] {
  const password: unknown = args.auth?.password;
  if (typeof password !== "string" || passwordForm.test(password)) return [];
  return [
    {
      property: "auth.password",
      value: "[secret]",
      reason:
        "must be 16 to 128 letters, digits or any of `-._~`, so that it is safe in every URL and configuration file",
    },
  ];
}

function settingsMistakes(args: RedisArgs): Mistake[] {
  return Object.entries(args.settings ?? {}).flatMap(([name, value]): Mistake[] => {
    const property = `settings.${name}`;
    const owner = ownedSettings[name.toLowerCase()];
    if (owner) return [{ property, value, reason: `is owned by the component (${owner}): take it out of settings` }];
    if (!/^[a-z][a-z0-9-]*$/i.test(name))
      return [{ property, value, reason: "is not the name of a redis.conf directive" }];
    return /[\r\n]/.test(value)
      ? [{ property, value, reason: "must be one line: a line break would start another directive" }]
      : [];
  });
}
