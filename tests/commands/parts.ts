/**
 * What PART picks of a command's parts (PART=damage,crashes); undefined where it is not set, which is everything.
 * Throws at one that is not known.
 */
export function pickedParts<Part extends string>(known: readonly Part[]): Part[] | undefined {
  if (!process.env.PART) return undefined;
  const asked = process.env.PART.split(",");
  const unknown = asked.filter((part) => !(known as readonly string[]).includes(part));
  if (unknown.length > 0)
    throw new Error(`PART=${unknown.join(",")} is not known: ${known.join(", ")}, or none for everything`);
  return asked as Part[];
}
