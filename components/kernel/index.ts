export { KernelTuning, type KernelTuningArgs } from "./kernel-tuning";
export { nodeInitScript, readingScripts } from "./scripts";
export { nodeSysctls, wantedKernel } from "./wanted";
