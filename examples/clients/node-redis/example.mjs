import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, createSentinel } from "redis";

const env = process.env;
const password = env.REDIS_PASSWORD || undefined;

const node = {
  password,
  // A command fails at once while there is no connection, and writeWithRetry tries it again; queued it would wait without a bound.
  disableOfflineQueue: true,
  // Keeps an idle connection from being taken for a dead one by socketTimeout.
  pingInterval: 1000,
  socket: {
    // The default of five seconds is spent on every attempt to reach a node that vanished.
    connectTimeout: 1000,
    // A node that vanished never closes its connection: after this silence it is closed here. A planned move stops writes for half a second.
    socketTimeout: 3000,
    // The default pause grows to two seconds, long after the new master is there.
    reconnectStrategy: () => 50,
  },
};

const redis = env.REDIS_SENTINELS
  ? createSentinel({
      name: env.REDIS_MASTER,
      sentinelRootNodes: env.REDIS_SENTINELS.split(",").map((address) => ({
        host: address.split(":")[0],
        port: Number(address.split(":")[1]),
      })),
      nodeClientOptions: node,
      // The sentinels have options of their own, with the password once more; without it they answer NOAUTH, and no master is ever found.
      sentinelClientOptions: { password, socket: { connectTimeout: 1000 } },
      // A message of the sentinels that was missed is made up for after this time; the default is ten seconds.
      scanInterval: 1000,
      // The attempts to find the master are a second apart, and a command waits for all of them; the default is 16.
      maxCommandRediscovers: 3,
    })
  : createClient({ ...node, url: `redis://${env.REDIS_HOST}:${env.REDIS_PORT}` });
// Without a listener the first lost connection ends the process; the commands that fail because of it say so themselves.
redis.on("error", () => undefined);
await redis.connect();

const refusals = {};
const word = (error) => /^[A-Z]{4,}(?= )/.exec(error.message)?.[0] ?? error.code ?? error.constructor.name;

/** Tries until it is acknowledged. Only for commands that may be done twice: an error does not say whether the command was done. */
async function writeWithRetry(write, { pause = 50, total = 15_000 } = {}) {
  for (const start = Date.now(); ;) {
    try {
      return await write();
    } catch (error) {
      const why = word(error);
      refusals[why] = (refusals[why] ?? 0) + 1;
      if (Date.now() - start > total) throw error;
      await sleep(pause);
      // The endpoint sends a new connection to the new master, but leaves this one where it is. Through Sentinel the library asks again itself.
      if (why === "READONLY" && !env.REDIS_SENTINELS) {
        redis.destroy();
        await redis.connect();
      }
    }
  }
}

const key = `example:clients:${randomUUID()}`;
const end = Date.now() + Number(env.SECONDS ?? 20) * 1000;
let acknowledged = 0;
let longest = 0;
for (let n = 1; Date.now() < end; n += 1) {
  const start = Date.now();
  await writeWithRetry(() => redis.hSet(key, String(n), String(n)));
  longest = Math.max(longest, Date.now() - start);
  acknowledged += 1;
  await sleep(10);
}
const lost = acknowledged - (await writeWithRetry(() => redis.hLen(key)));
await writeWithRetry(() => redis.del(key));
await redis.destroy();
console.log(
  `acknowledged ${acknowledged}, lost ${lost}, longest wait ${longest} ms, refusals {${Object.entries(refusals)
    .map(([name, count]) => `${name}: ${count}`)
    .join(", ")}}`,
);
process.exitCode = lost === 0 ? 0 : 1;
