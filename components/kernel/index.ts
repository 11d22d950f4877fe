export { KernelTuning, type KernelTuningArgs } from "./kernel-tuning";
export { kernelPodScripts, nodeInitScript } from "./scripts";
export { nodeSysctls, wantedKernel } from "./wanted";
