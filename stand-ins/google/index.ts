export { type RecordedRequest } from "./http";
export { StandIn } from "./stand-in";
