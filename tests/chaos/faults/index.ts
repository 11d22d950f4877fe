import { numberOf, type Fault } from "../fault";
import { changeFaults } from "./changes";
import { nodeFaults } from "./nodes";
import { podFaults } from "./pods";

export const faults: Fault[] = [...podFaults, ...nodeFaults, ...changeFaults].sort((a, b) => numberOf(a) - numberOf(b));
