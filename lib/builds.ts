import * as fs from "node:fs";
import * as path from "node:path";
import { goBuild } from "./go-build";
import { asKubernetesHasThem } from "./kubernetes";
import { versions } from "./versions";

export function corednsBinary(): Promise<string> {
  const importPath = "build/coredns";
  return goBuild({
    title: `CoreDNS ${versions.coredns} from source`,
    module: "github.com/coredns/coredns",
    version: versions.coredns,
    packages: [importPath],
    sources: { [importPath]: fs.readFileSync(path.join(__dirname, "go", "coredns", "main.go"), "utf8") },
  });
}

export function provisionerBinary(): Promise<string> {
  const module = "github.com/rancher/local-path-provisioner";
  return goBuild({
    title: `local-path provisioner ${versions.localPathProvisioner} from source`,
    module,
    version: versions.localPathProvisioner,
    packages: [module],
    linesOf: asKubernetesHasThem,
  });
}

/** The folder that holds the language host of Pulumi's YAML programs. */
export function pulumiYamlHost(): Promise<string> {
  const version = versions.pulumiYaml;
  const module = "github.com/pulumi/pulumi-yaml";
  const packages = [`${module}/cmd/pulumi-language-yaml`];
  return goBuild({ title: `Pulumi's YAML host ${version} from source`, module, version, packages });
}
