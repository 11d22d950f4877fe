import type { RedisArgs, RedisSettings } from "../args";

/** How many pods of a kind there are to be: none of any while everything is stopped. */
export const running = ({ stopped }: RedisSettings, count: number): number => (stopped ? 0 : count);

/** Said in each preview: somebody else may not know. */
export const stoppedWarnings = ({ stopped }: RedisArgs): string[] =>
  stopped
    ? [
        "stopped: no Redis, sentinel, endpoint or scheduled job runs until the key is taken out; volumes, addresses and the password stay",
      ]
    : [];
