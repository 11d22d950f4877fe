import type { CustomTimeouts } from "@pulumi/pulumi";
import type { RedisSettings } from "../args";
import { Mi } from "./quantity";
import { deriveSizing } from "./sizing";

/**
 * Bytes a second that a pod loads or copies at least: a tenth of what was measured (docs/measurements.md), for small
 * keys and slow disks.
 */
const slowest = 20 * Mi;

/**
 * How long an `up` waits for the data pods, and for what is ready only after them: ten minutes for images and disks to
 * come, and for each pod, since they are replaced one after the other, a minute and the time to load the most data that
 * it can hold and to copy them from its master. One that begins with an archive fetches and checks it as well.
 *
 * With Pulumi's own ten minutes for all of it an `up` would fail while everything goes well.
 */
export function waits(settings: RedisSettings): CustomTimeouts {
  const once = deriveSizing(settings.resources.memory).maxmemory / slowest / 60;
  const minutes = Math.ceil(10 + settings.replicas * (1 + (settings.restore ? 4 : 2) * once));
  return { create: `${minutes}m`, update: `${minutes}m` };
}
