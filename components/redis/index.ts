export type * from "./args";
export { claimsOf } from "./claims";
export { needsOf, type Needs } from "./needs";
export { Redis } from "./redis";
export { findMistakes } from "./validation";
