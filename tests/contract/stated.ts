import { sysctlMistake } from "../../components/gke/rules/node-sysctls";

/** What is wrong with one value (of a list or map: each in turn), or undefined. */
export type Rule = (
  value: string | number,
  at: { key: string; siblings: Record<string, unknown> },
) => string | undefined;

/**
 * What a document states in prose only, by the field that states it. Each is parsed out of the stored description, so
 * that a new revision with other words fails instead of being held against the old ones.
 */
export const stated: Readonly<Record<string, (description: string) => Rule>> = {
  "NodeConfig.metadata": (text) => {
    const key = new RegExp(`^${quoted(text, /conform to the regexp `([^`]+)`/)}$`);
    const reserved = reservedKeys(text);
    const bytes = Number(quoted(text, /be less than (\d+) bytes in length/));
    return (value, at) => {
      if (reserved.includes(at.key)) return "is a reserved metadata key";
      if (!key.test(at.key) || at.key.length >= bytes) return `is not a metadata key: ${key}, less than ${bytes} bytes`;
      return Buffer.byteLength(String(value)) > 32 * 1024 ? "is more than 32 KB" : undefined;
    };
  },
  "LinuxNodeConfig.sysctls": (text) => {
    const names = sysctlNames(text);
    // The description states no values; those are the component's own.
    return (value, { key }) =>
      names.includes(key) ? sysctlMistake(key, String(value)) : "is not on the list of sysctls";
  },
  // The larger of the two minima holds for every version.
  "NodeConfig.diskSizeGb": (text) =>
    atLeast(
      Math.max(...[...text.matchAll(/smallest allowed disk size is (\d+) ?GB/g)].map((match) => Number(match[1]))),
    ),
  "NodeKubeletConfig.allowedUnsafeSysctls": (text) => {
    const groups = [...quoted(text, /unsafe namespaced sysctl groups are (.*?)\. Leaving/).matchAll(/`([^`]+)`/g)].map(
      (match) => match[1]!.replace("*", ""),
    );
    return (value) =>
      groups.some((group) => String(value).startsWith(group))
        ? undefined
        : `is in none of the groups ${groups.join(", ")}`;
  },
  "InitScript.gcsUri": (text) => {
    quoted(text, /(can't configure both gcs_uri and gcp_secret_manager_secret_uri)/i);
    quoted(text, /Format: (gs:\/\/BUCKET_NAME\/OBJECT_NAME)/);
    return (value, { siblings }) => {
      if (!/^gs:\/\/[^/]+\/.+$/.test(String(value))) return "is not gs://BUCKET/OBJECT";
      if (siblings.gcpSecretManagerSecretUri !== undefined)
        return "stands beside gcpSecretManagerSecretUri; only one of them may";
      return siblings.gcsGeneration === undefined ? "needs gcsGeneration beside it" : undefined;
    };
  },
  "Cluster.name": (text) =>
    matching(new RegExp(`^(?=.{1,${quoted(text, /up to (\d+) characters/)}}$)[a-z]([a-z0-9-]*[a-z0-9])?$`)),
  "DailyMaintenanceWindow.startTime": (text) => time(text),
  "ResourcePolicyHourlyCycle.startTime": (text) => time(text),
  "ResourcePolicyDailyCycle.startTime": (text) =>
    oneOf(quoted(text, /resolves to one\s+of (.*?)\. For/s).match(/\d\d:\d\d/g) ?? []),
  "Disk.sizeGb": (text) => atLeast(Number(quoted(text, /greater than (\d+)/)) + 1),
  "Network.mtu": (text) => {
    const [min, max] = [
      Number(quoted(text, /minimum value for this field is (\d+)/)),
      Number(quoted(text, /maximum value is (\d+)/)),
    ];
    return (value) => (Number(value) < min || Number(value) > max ? `is not ${min} to ${max}` : undefined);
  },
  "Bucket.iamConfiguration.publicAccessPrevention": (text) =>
    oneOf([...text.matchAll(/'(\w+)'/g)].map((match) => match[1]!)),
  "Bucket.storageClass": (text) => oneOf(quoted(text, /Values include ([^.]*)\./).match(/[A-Z_]{4,}/g) ?? []),
  "Bucket.lifecycle.rule.action.type": (text) =>
    oneOf(quoted(text, /only (.*) are supported/).match(/[A-Z]\w+/g) ?? []),
  "Policy.bindings.role": (text) =>
    matching(
      new RegExp(
        `^${quoted(text, /All roles are of the format (roles\/storage\.)specificRole/).replace(".", "\\.")}\\w+$`,
      ),
    ),
  "Binding.role": (text) => matching(new RegExp(`^(${quoted(text, /`(roles\/)viewer`/)}|projects/|organizations/).+`)),
  "Binding.members": (text) => {
    const kinds = [...new Set([...text.matchAll(/`([a-zA-Z]+):[^`]*`/g)].map((match) => match[1]!))];
    return (value) =>
      kinds.includes(String(value).split(":")[0]!)
        ? undefined
        : `is no member: it starts with none of ${kinds.join(", ")}`;
  },
  "CreateServiceAccountRequest.accountId": (text) => {
    const [, min, max] = /must be (\d+)-(\d+) characters/.exec(text) ?? unreadable(text);
    return matching(new RegExp(`^(?=.{${min},${max}}$)${quoted(text, /regular expression `([^`]+)`/)}$`));
  },
  "ServiceAccount.displayName": (text) => bytes(text),
  "ServiceAccount.description": (text) => bytes(text),
};

/** The reserved keys that the description of NodeConfig.metadata lists. */
export const reservedKeys = (text: string): string[] =>
  [...quoted(text, /one of the reserved keys:(.*?)Values are/).matchAll(/"([^"]+)"/g)].map((match) => match[1]!);

/** The names that the description of LinuxNodeConfig.sysctls lists. */
export const sysctlNames = (text: string): string[] =>
  quoted(text, /parameters are supported\.((?: [a-z0-9._-]+)+)$/)
    .trim()
    .split(" ");

/** A description that says something else than expected must not turn into a rule that allows everything. */
function quoted(text: string, expression: RegExp): string {
  return expression.exec(text)?.[1] ?? unreadable(text);
}

function unreadable(text: string): never {
  throw new Error(`the description has changed, read it and adapt the rule: ${text}`);
}

function oneOf(values: string[]): Rule {
  if (values.length < 2) throw new Error(`the description has changed: only ${values.join(", ")} found`);
  return (value) => (values.includes(String(value)) ? undefined : `is not one of ${values.join(", ")}`);
}

function time(text: string): Rule {
  const [, hours, minutes] = /HH : \[(00-23)\] and MM : \[(00-00|00-59)\]/.exec(text) ?? unreadable(text);
  return matching(
    new RegExp(`^([01]\\d|2[0-3]):${minutes === "00-00" ? "00" : "[0-5]\\d"}$`),
    `is not HH:MM with HH ${hours} and MM ${minutes}`,
  );
}

const matching =
  (expression: RegExp, reason = `does not match ${expression}`): Rule =>
  (value) =>
    expression.test(String(value)) ? undefined : reason;

function atLeast(min: number): Rule {
  if (!Number.isFinite(min)) throw new Error("the description has changed: no minimum found");
  return (value) => (Number(value) < min ? `is less than ${min}` : undefined);
}

function bytes(text: string): Rule {
  const max = Number(quoted(text, /maximum length is (\d+) UTF-8 bytes/));
  return (value) => (Buffer.byteLength(String(value)) > max ? `is more than ${max} bytes` : undefined);
}
