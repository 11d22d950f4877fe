import * as fs from "node:fs";
import { checkout } from "../../lib/paths";

/** What of a checkout `pulumi up` runs: the program, the product that it stands on, and what these are read with. */
export const programFiles = (root = checkout): string[] => [
  ...fs.readdirSync(root).filter((name) => name.endsWith(".ts")),
  ...["config", "components", "Pulumi.yaml", "package.json", "tsconfig.json", "node_modules"],
];
