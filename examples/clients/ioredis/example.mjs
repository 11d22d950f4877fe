import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

const env = process.env;
const password = env.REDIS_PASSWORD || undefined;

const common = {
  password,
  // Without it a connection attempt to a node that vanished waits ten seconds before another one is tried.
  connectTimeout: 1000,
  // The default pause grows to five seconds, long after the new master is there.
  retryStrategy: () => 50,
  // A command gets an error in time even when its node fell silent; a planned move stops writes for half a second, so not less than that.
  commandTimeout: 2000,
  // A node that vanished never closes its connection: after this silence with a command under way, it is closed here.
  socketTimeout: 3000,
  // Commands wait for the new connection instead of failing one by one after 20 attempts; commandTimeout bounds the wait.
  maxRetriesPerRequest: null,
  // Unanswered commands are sent again after a reconnect. A service with an INCR that must not count twice sets false; they then fail
  // when commandTimeout is over.
  autoResendUnfulfilledCommands: true,
  // A master that became a replica goes on refusing writes on this connection: close it, and ask for the master again.
  reconnectOnError: (error) => error.message.startsWith("READONLY"),
};

const redis = env.REDIS_SENTINELS
  ? new Redis({
      ...common,
      sentinels: env.REDIS_SENTINELS.split(",").map((address) => ({
        host: address.split(":")[0],
        port: Number(address.split(":")[1]),
      })),
      name: env.REDIS_MASTER,
      // The sentinels have a password of their own setting; without it they answer NOAUTH, and no master is ever found.
      sentinelPassword: password,
      // A sentinel that accepts connections but does not answer must not keep us from asking the next one.
      sentinelCommandTimeout: 1000,
      sentinelRetryStrategy: () => 50,
      // Listens to the sentinels, and leaves an old master that is cut off but has not closed our connection.
      failoverDetector: true,
    })
  : new Redis({ ...common, host: env.REDIS_HOST, port: Number(env.REDIS_PORT) });
// Without a listener each lost connection is printed as an unhandled error; the commands that fail because of it say so themselves.
redis.on("error", () => undefined);
// A sentinel's word of a failover that comes while a new connection is being looked for ends the client for good (6.0.0): it would refuse every
// command from then on.
let done = false;
redis.on("end", () => {
  if (!done) redis.connect().catch(() => undefined);
});

const refusals = {};
const word = (error) =>
  /^[A-Z]{4,}(?= )/.exec(error.message)?.[0] ?? error.code ?? (error.name === "Error" ? error.message : error.name);

/** Tries until it is acknowledged. Only for commands that may be done twice: an error does not say whether the command was done. */
async function writeWithRetry(write, { pause = 50, total = 15_000 } = {}) {
  for (const start = Date.now(); ;) {
    try {
      return await write();
    } catch (error) {
      refusals[word(error)] = (refusals[word(error)] ?? 0) + 1;
      if (Date.now() - start > total) throw error;
      await sleep(pause);
    }
  }
}

const key = `example:clients:${randomUUID()}`;
const end = Date.now() + Number(env.SECONDS ?? 20) * 1000;
let acknowledged = 0;
let longest = 0;
for (let n = 1; Date.now() < end; n += 1) {
  const start = Date.now();
  await writeWithRetry(() => redis.hset(key, String(n), String(n)));
  longest = Math.max(longest, Date.now() - start);
  acknowledged += 1;
  await sleep(10);
}
const lost = acknowledged - (await writeWithRetry(() => redis.hlen(key)));
await writeWithRetry(() => redis.del(key));
done = true;
redis.disconnect();
console.log(
  `acknowledged ${acknowledged}, lost ${lost}, longest wait ${longest} ms, refusals {${Object.entries(refusals)
    .map(([name, count]) => `${name}: ${count}`)
    .join(", ")}}`,
);
process.exitCode = lost === 0 ? 0 : 1;
