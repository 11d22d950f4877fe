import type { Redis } from "ioredis";

/** Data that DBSIZE, which counts the keys of database 0, does not see. */
export const besideDatabase0: {
  what: string;
  put: (client: Redis) => Promise<unknown>;
  isThere: (client: Redis) => Promise<boolean>;
}[] = [
  {
    what: "a key in database 1",
    put: async (client) => {
      await client.select(1);
      await client.set("kept", "yes");
    },
    isThere: async (client) => {
      await client.select(1);
      return (await client.get("kept")) === "yes";
    },
  },
  {
    what: "a function library",
    put: (client) =>
      client.call("FUNCTION", "LOAD", "#!lua name=kept\nredis.register_function('kept', function() return 'yes' end)"),
    isThere: async (client) => JSON.stringify(await client.call("FUNCTION", "LIST")).includes('"kept"'),
  },
];
