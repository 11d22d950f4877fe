import * as fs from "node:fs";
import { checkout } from "../../lib/paths";

/** What of the checkout `pulumi up` runs: the program, the product that it stands on, and what these are read with. */
export const programFiles = [
  ...fs.readdirSync(checkout).filter((name) => name.endsWith(".ts")),
  ...["config", "components", "Pulumi.yaml", "package.json", "tsconfig.json", "node_modules"],
];
