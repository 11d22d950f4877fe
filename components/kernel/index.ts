export { KernelTuning, type KernelTuningArgs } from "./kernel-tuning";
export { kernelPodScripts, nodeInitScript } from "./scripts";
export { wantedSysctls, wantedKernel } from "./wanted";
