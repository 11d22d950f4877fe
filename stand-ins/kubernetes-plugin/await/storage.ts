import { isEmpty, textAt, type Fields } from "../values";
import { ready, waiting, type Verdict } from "./verdict";

/** `bindingMode` is that of the claim's StorageClass, as far as it has one. */
export function judgeClaim(claim: Fields, bindingMode: string): Verdict {
  const phase = textAt(claim, "status", "phase");
  if (phase === "Bound") return ready;
  // Such a claim is bound when its first pod comes, which may well wait for this very claim.
  if (bindingMode === "WaitForFirstConsumer" && phase === "Pending") return ready;
  return waiting(`Waiting for the PersistentVolumeClaim to be bound (${phase || "no phase yet"})`, [
    `PersistentVolumeClaim is ${phase || "without a phase"}, not Bound`,
  ]);
}

export function judgeVolume(volume: Fields): Verdict {
  const phase = textAt(volume, "status", "phase");
  return phase === "Available" || phase === "Bound"
    ? ready
    : waiting(`Waiting for the PersistentVolume to be available (${phase || "no phase yet"})`);
}

/** A token Secret is filled by a controller; any other is complete as it is. */
export function judgeSecret(secret: Fields): Verdict {
  return secret.type !== "kubernetes.io/service-account-token" || !isEmpty(secret.data)
    ? ready
    : waiting("Waiting for the token to be filled in");
}
