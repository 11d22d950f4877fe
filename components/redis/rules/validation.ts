import type { Mistake } from "../../mistake";
import { isKubernetesName, kubernetesNameForm } from "../../names";
import { archiveMistakes } from "./archive-validation";
import type { RedisArgs } from "../args";
import { damageMistakes } from "./damage-validation";
import { failoverMistakes } from "./failover-validation";
import { whyFloating } from "./image";
import { restoreMistakes } from "./restore-validation";
import { ownedSettings } from "./owned-settings";
import { defaults, majority } from "../defaults";
import { isOneOf, modes, spreads } from "../choices";
import { isSecretArgument, unknownArguments } from "./known-arguments";
import { memoryMistakes, persistenceMistakes, volumeMistakes } from "./resources-validation";

const passwordForm = /^[A-Za-z0-9._~-]{16,128}$/;

/**
 * Everything that is wrong with the arguments, all at once; empty if nothing is. Pure: an `Output` is not looked into.
 */
export function findMistakes(args: RedisArgs): Mistake[] {
  return [
    ...unknownArguments(args),
    ...modeMistakes(args),
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

function modeMistakes({ mode }: RedisArgs): Mistake[] {
  if (isOneOf(modes, mode)) return [];
  const choices = modes.map((choice) => `"${choice}"`).join(" or ");
  return [
    {
      property: "mode",
      value: mode,
      reason: mode === undefined ? `is missing: write ${choices}` : `must be ${choices}`,
    },
  ];
}

function topologyMistakes(args: RedisArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  const refuse = (property: string, value: unknown, reason: string) => mistakes.push({ property, value, reason });
  // What holds for sentinels is said of a misspelt mode too, and what has no meaning is not.
  if (args.mode === "standalone") {
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

/** A password that is an Output is looked into as soon as it is known: see `checkedPassword` in objects/password.ts. */
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
    const owner = ownedSettings.get(name.toLowerCase());
    if (owner) {
      const shown = isSecretArgument(property) ? "[secret]" : value;
      return [{ property, value: shown, reason: `is owned by the component (${owner}): take it out of settings` }];
    }
    if (!/^[a-z][a-z0-9-]*$/i.test(name))
      return [{ property, value, reason: "is not the name of a redis.conf directive" }];
    return /[\r\n]/.test(value)
      ? [{ property, value, reason: "must be one line: a line break would start another directive" }]
      : [];
  });
}
