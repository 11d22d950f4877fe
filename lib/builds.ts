import * as path from "node:path";
import { goBuild, wasBuilt, type GoBuild } from "./go-build";
import { versions } from "./versions";

const programs = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
] as const;
export type Program = (typeof programs)[number];

/** Kubernetes' staging modules, at the versions that belong to its own; the two samples are not part of any binary. */
export function stagingModules(goMod: string, version: string): Record<string, string> {
  const names = [...goMod.matchAll(/^\s*(?:replace\s+)?(k8s\.io\/\S+) => \.\//gm)].map((match) => match[1]!);
  const minor = version.replace(/^1\./, "0.");
  return Object.fromEntries(names.filter((name) => !name.startsWith("k8s.io/sample-")).map((name) => [name, minor]));
}

const kubernetes = (version: string = versions.kubernetes): GoBuild => {
  const [major, minor] = version.split(".");
  const stamp = Object.entries({ gitVersion: `v${version}`, gitMajor: major, gitMinor: minor });
  return {
    title: `Kubernetes ${version} from source`,
    module: "k8s.io/kubernetes",
    version,
    packages: programs.map((program) => `k8s.io/kubernetes/cmd/${program}`),
    ldflags: stamp.map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`).join(" "),
    replace: (goMod) => stagingModules(goMod, version),
  };
};

/** Whether the one step is done that takes most of a first `make up`. */
export const isKubernetesBuilt = (): boolean => wasBuilt(kubernetes());

/** The folder that holds the Kubernetes programs and kubectl. */
export const kubernetesBinaries = (): Promise<string> => goBuild(kubernetes());

export async function kubectl(): Promise<string> {
  return path.join(await kubernetesBinaries(), "kubectl");
}

export function corednsBinary(): Promise<string> {
  const version = versions.coredns;
  return goBuild({
    title: `CoreDNS ${version} from source`,
    module: "github.com/coredns/coredns",
    version,
    packages: ["github.com/coredns/coredns"],
  });
}

export function provisionerBinary(): Promise<string> {
  const version = versions.localPathProvisioner;
  const module = "github.com/rancher/local-path-provisioner";
  return goBuild({ title: `local-path provisioner ${version} from source`, module, version, packages: [module] });
}

/** The folder that holds the language host of Pulumi's YAML programs. */
export function pulumiYamlHost(): Promise<string> {
  const version = versions.pulumiYaml;
  const module = "github.com/pulumi/pulumi-yaml";
  const packages = [`${module}/cmd/pulumi-language-yaml`];
  return goBuild({ title: `Pulumi's YAML host ${version} from source`, module, version, packages });
}
