import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

export interface RunOptions {
  cwd?: string;
  /** Added to this process's environment. */
  env?: NodeJS.ProcessEnv;
  /** Written to the command's standard input. */
  input?: string;
  /** A file that everything the command prints is appended to. */
  log?: string;
  /** Killed when it has not ended by then: what waits for a machine that is gone would wait for ever. */
  timeoutSeconds?: number;
}

/** A command that failed: its message says what ran, how it ended, its last lines and where the whole log is. */
export class CommandFailed extends Error {
  constructor(
    readonly command: string,
    readonly code: number | null,
    readonly output: string,
    log?: string,
  ) {
    const tail = output.trimEnd().split("\n").slice(-15).join("\n");
    super(`${command} ended with ${code ?? "a signal"}${log ? ` (whole log: ${log})` : ""}\n${tail}`);
    this.name = "CommandFailed";
  }
}

/** Why something failed, short enough for one line on the terminal. */
export const firstLineOf = (error: unknown): string =>
  error instanceof Error ? error.message.split("\n")[0]! : String(error);

/** Runs one command without a shell; resolves to its standard output, rejects with CommandFailed. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const shown = [command, ...args].join(" ").slice(0, 300);
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: (options.timeoutSeconds ?? 0) * 1000,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let all = "";
    if (options.log) fs.mkdirSync(path.dirname(options.log), { recursive: true });
    const keep = (chunk: string) => {
      all = (all + chunk).slice(-100_000);
      if (options.log) fs.appendFileSync(options.log, chunk);
    };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      keep(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => reject(new CommandFailed(shown, null, error.message, options.log)));
    child.on("close", (code) =>
      code === 0 ? resolve(stdout) : reject(new CommandFailed(shown, code, all, options.log)),
    );
    // A command that does not read its input closes the pipe; that is no failure of ours.
    child.stdin.on("error", () => undefined).end(options.input ?? "");
  });
}

/** The full path of a command on the PATH, or undefined. */
export function which(command: string, searchPath = process.env.PATH ?? ""): string | undefined {
  return searchPath
    .split(":")
    .filter(Boolean)
    .map((dir) => path.join(dir, command))
    .find((file) => {
      try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
      } catch {
        return false;
      }
    });
}
