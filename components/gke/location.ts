/** A place of Google Cloud: a zone in its region, or the region as a whole. */
export interface Location {
  region: string;
  zone?: string;
}

/** "europe-west1" is a region, "europe-west1-b" a zone of it; undefined if it is neither. */
export function parseLocation(text: string): Location | undefined {
  const match = /^([a-z]+-[a-z]+\d{1,2})(-[a-z])?$/.exec(text);
  return match ? { region: match[1]!, zone: match[2] && text } : undefined;
}
