export { probe } from "./observe";
export { timeoutOf, waitUntilReady } from "./wait";
