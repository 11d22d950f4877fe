/** Whether `make durability` asks for the long form, which `make test` has no time for. */
export const long = process.env.DURABILITY === "long";
