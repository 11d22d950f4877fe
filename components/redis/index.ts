export type * from "./args";
export { archiveRoot, archiveServiceAccount } from "./rules/archive-names";
export { claimsOf } from "./objects/claims";
export type { RedisDeployed } from "./rules/deployed";
export { needsOf, type Needs } from "./rules/needs";
export { Redis } from "./redis";
export { defaults } from "./settings";
export { findMistakes } from "./rules/validation";
