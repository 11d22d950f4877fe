import type { Fault } from "../fault";

let change = 0;

/** What a person does on purpose, through `pulumi up`. */
export const changeFaults: Fault[] = [
  {
    id: "10",
    losesNothing: true,
    name: "rolling change of a setting",
    make: async ({ deployment, strike }) => {
      strike();
      await deployment.up({ settings: { "hash-max-listpack-entries": String(100 + ++change) } });
    },
  },
  {
    id: "11",
    losesNothing: true,
    name: "replicas 3 -> 5 -> 3",
    make: async ({ deployment, strike }) => {
      strike();
      await deployment.up({ replicas: 5 });
      await deployment.up({ replicas: 3 });
    },
  },
];
