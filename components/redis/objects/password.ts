import type { ComponentResource, Output } from "@pulumi/pulumi";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { throwMistakes } from "../../mistake";
import type { RedisSettings } from "../args";
import { passwordMistakes } from "../rules/validation";

/** The password that was asked for, or a generated one: secret, and so is everything made from it. */
export const createPassword = (name: string, { auth }: RedisSettings, parent: ComponentResource): Output<string> =>
  checkedPassword(name, pulumi.secret(auth.password ?? generatePassword(name, parent)));

/**
 * Only here is one that comes as an Output known. In a configuration file or a URL a blank, a quote or a `#` would be
 * something else.
 *
 * @internal
 */
export const checkedPassword = (name: string, password: Output<string>): Output<string> =>
  password.apply((known) => {
    throwMistakes("Redis", name, passwordMistakes({ auth: { password: known } }));
    return known;
  });

const generatePassword = (name: string, parent: ComponentResource): Output<string> =>
  new RandomPassword(`${name}-password`, { length: 32, special: false }, { parent }).result;
