export type * from "./args";
export { archiveRoot, archiveServiceAccount } from "./archive-names";
export { claimsOf } from "./claims";
export type { RedisDeployed } from "./deployed";
export { needsOf, type Needs } from "./needs";
export { Redis } from "./redis";
export { defaults } from "./settings";
export { findMistakes } from "./validation";
