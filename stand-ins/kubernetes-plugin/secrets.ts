import { hasSecret, isFields, isSecret, secret, type Fields } from "./values";

/**
 * Makes secret in `outs` what is secret in `ins`, in place. Objects are gone into, so that one password does not hide a
 * whole StatefulSet; a list with a secret in it becomes secret whole, because its order may change. A Secret's data is
 * always secret: what comes back from the server has lost the marks, and without this the password would stand in the
 * state as plain text.
 */
export function annotateSecrets(outs: Fields, ins: Fields): void {
  if (outs.kind === "Secret") {
    for (const key of ["data", "stringData"]) {
      const value = outs[key];
      if (value !== undefined && value !== null) outs[key] = secret(value);
    }
    return;
  }
  for (const [key, from] of Object.entries(ins)) {
    const to = outs[key];
    if (to === undefined || to === null || from === undefined) continue;
    if (isFields(to) && isFields(from) && !isSecret(to) && !isSecret(from)) annotateSecrets(to, from);
    else if (!isSecret(to) && hasSecret(from)) outs[key] = secret(to);
  }
}
