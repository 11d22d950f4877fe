import { closest, distance } from "fastest-levenshtein";

/** A place of Google Cloud: a zone in its region, or the region as a whole. */
export interface Location {
  region: string;
  zone?: string;
}

/**
 * The words that regions are made of. Their numbers are not held against a list: Google adds a region or two each year.
 */
const continents = ["africa", "asia", "australia", "europe", "me", "northamerica", "southamerica", "us"];
const directions = ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/** Where the zones are not a, b and c. Source: https://cloud.google.com/compute/docs/regions-zones */
const otherZones: Record<string, string> = { "europe-west1": "bcd", "us-east1": "bcd", "us-central1": "abcf" };

/** "europe-west1" is a region, "europe-west1-b" a zone of it; undefined if it can be neither. */
export function parseLocation(text: string): Location | undefined {
  const [, region, continent = "", direction = "", zone] = /^(([a-z]+)-([a-z]+)\d{1,2})(-[a-z])?$/.exec(text) ?? [];
  if (region === undefined || !continents.includes(continent) || !directions.includes(direction)) return undefined;
  return { region, zone: zone && text };
}

/** The zones of a region that are known here, for a proposal; a region that is newer may have others. */
export const zonesIn = (region: string): string[] =>
  [...(otherZones[region] ?? "abc")].map((letter) => `${region}-${letter}`);

/**
 * Two regions begin with b; their a is what people write from memory, and looks like a zone to everything but Google.
 */
export const isMissing = ({ region, zone }: Location): boolean =>
  zone === `${region}-a` && !zonesIn(region).includes(zone);

/**
 * The location that was most likely meant ("Europe-West1b", "eu-west-1", "eurpe-west1"); undefined if there is no
 * guessing.
 */
export function nearestLocation(text: string): string | undefined {
  const [, continent, direction, number, letter] =
    /^\s*([a-z]+)[-_ ]([a-z]+)[-_ ]?(\d{1,2})(?:[-_ ]?([a-z]))?\s*$/.exec(text.toLowerCase()) ?? [];
  const words = [nearestWord(continent, continents), nearestWord(direction, directions)];
  if (words.includes(undefined)) return undefined;
  const region = `${words.join("-")}${number}`;
  if (letter === undefined) return region;
  return isMissing({ region, zone: `${region}-${letter}` }) ? zonesIn(region)[0] : `${region}-${letter}`;
}

function nearestWord(word = "", words: readonly string[]): string | undefined {
  const meant = word === "eu" ? "europe" : word;
  const guess = closest(meant, words);
  return distance(meant, guess) <= 2 ? guess : undefined;
}
