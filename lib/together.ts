/**
 * Runs independent parts at the same time and waits for all of them, also when one fails: a build that went on behind
 * an error message would keep the command from ending, and its own failure would never be shown.
 */
export async function together(parts: readonly Promise<unknown>[]): Promise<void> {
  const failures = (await Promise.allSettled(parts)).flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  if (failures.length === 0) return;
  throw new Error(
    failures
      .map((failure) =>
        failure instanceof Error ? (process.env.DEBUG ? failure.stack : failure.message) : String(failure),
      )
      .join("\n\n"),
  );
}
