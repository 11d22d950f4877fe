export { KernelTuning, type KernelTuningArgs } from "./kernel-tuning";
export { kernelPodScripts, nodeInitScript } from "./scripts";
export { wantedKernel, wantedSysctls } from "./wanted";
