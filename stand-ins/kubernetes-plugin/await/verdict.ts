import { isFields, listAt, numberAt, textAt, type Fields } from "../values";

/** How far an object is on its way to being ready. */
export interface Verdict {
  ready: boolean;
  /** It will never be ready: no use in waiting on. */
  failed?: boolean;
  /** One line for the person who waits. */
  status: string;
  /** What is missing, for the error when the time is up. */
  problems: string[];
}

export const ready: Verdict = { ready: true, status: "", problems: [] };
export const waiting = (status: string, problems: string[] = [status]): Verdict => ({ ready: false, status, problems });
export const failed = (...problems: string[]): Verdict => ({
  ready: false,
  failed: true,
  status: problems[0] ?? "",
  problems,
});

/**
 * The status below a spec's generation is about an earlier spec: believing it would end the wait before the rollout
 * began.
 */
export const isObserved = (object: Fields): boolean =>
  numberAt(object, "status", "observedGeneration") >= numberAt(object, "metadata", "generation");

export const condition = (object: Fields, type: string): Fields | undefined =>
  listAt(object, "status", "conditions")
    .filter(isFields)
    .find((entry) => entry.type === type);
export const isTrue = (object: Fields, type: string): boolean => condition(object, type)?.status === "True";

export const isOwnedBy = (object: Fields, owner: Fields): boolean =>
  listAt(object, "metadata", "ownerReferences")
    .filter(isFields)
    .some((reference) => reference.uid === textAt(owner, "metadata", "uid"));
