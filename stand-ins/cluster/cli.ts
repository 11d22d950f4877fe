import { main, say } from "../../lib/progress";
import { clusterStatus, ensureCluster, nodes, stopCluster } from "./index";

/** The cluster alone, by hand: `npx sucrase-node stand-ins/cluster/cli.ts up`, or a fault: `... power-off node2`. */
const commands: Readonly<Record<string, (node: string) => Promise<unknown>>> = {
  up: () => ensureCluster(),
  down: () => stopCluster(),
  status: () => Promise.resolve(say(clusterStatus())),
  "cut-off": nodes.cutOff,
  reconnect: nodes.reconnect,
  "power-off": nodes.powerOff,
  "power-on": nodes.powerOn,
};

main(async () => {
  const [name = "", node = ""] = process.argv.slice(2);
  const command = commands[name];
  if (!command)
    throw new Error(`Usage: npx sucrase-node stand-ins/cluster/cli.ts ${Object.keys(commands).join(" | ")} [node]`);
  await command(node);
});
