export type * from "./args";
export { Redis } from "./redis";
export { findMistakes, type Mistake } from "./validation";
