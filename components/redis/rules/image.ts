/**
 * Why an image is not of a fixed version, or undefined if it is: `x.y.z` at the start of the tag, or a digest. A
 * floating tag (`latest`, `alpine`, `8-alpine`) means that two pods of one StatefulSet may run different versions after
 * a restart.
 */
export function whyFloating(image: string): string | undefined {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return undefined;
  const match = /^(?:[a-z0-9.-]+(?::\d+)?\/)?[a-z0-9._/-]+?(?::([\w][\w.-]*))?$/.exec(image);
  if (!match) return "is not the name of an image";
  const tag = match[1];
  if (tag === undefined) return "has no tag, which means the floating tag `latest`";
  return /^v?\d+\.\d+\.\d+(?:[.-].*)?$/.test(tag) ? undefined : `has the floating tag \`${tag}\``;
}

/** `x.y.z` of an image's tag; undefined for one that is named by its digest alone. */
export const versionOf = (image: string): string | undefined =>
  /:v?(\d+\.\d+\.\d+)(?:[.-][\w.-]*)?(?:@sha256:[0-9a-f]{64})?$/.exec(image)?.[1];
