import * as fs from "node:fs";
import * as path from "node:path";
import { logs } from "./paths";

const started = Date.now();
const clock = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** One line on the terminal, as it is: what belongs under the steps brings its own "  --  " or "  ok  ". */
export const say = (text: string) => console.log(text);

/**
 * Shows one step of long work: its name at once, a sign of life every 15 s with the elapsed time and the log to look
 * at, and the time it took. A failure is shown with the log's place and thrown on.
 */
export async function step<T>(title: string, work: (log: string) => Promise<T>): Promise<T> {
  const log = path.join(
    logs,
    `${title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")}.log`,
  );
  fs.mkdirSync(logs, { recursive: true });
  fs.writeFileSync(log, "");
  const from = Date.now();
  const alive = setInterval(
    () => say(`  ... ${title}: ${clock(from)} so far (log: ${path.relative(process.cwd(), log)})`),
    15_000,
  );
  try {
    const result = await work(log);
    say(`  ok  ${title}  ${clock(from)}`);
    return result;
  } catch (error) {
    say(`  !!  ${title} failed after ${clock(from)} (log: ${log})`);
    throw error;
  } finally {
    clearInterval(alive);
  }
}

export const elapsed = () => clock(started);

/**
 * What every command of operate/, stand-ins/ and tests/ runs in. Of a failure a person sees the message, and the stack
 * only with DEBUG=1; the exit code is then 1.
 */
export function main(work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    console.error(`\n${error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : String(error)}`);
    process.exitCode = 1;
  });
}
