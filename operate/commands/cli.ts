import { spawn } from "node:child_process";
import * as path from "node:path";
import { deployment } from "../status/deployment";
import { currentMaster } from "../status/collect";
import { bin } from "../../lib/paths";
import { main } from "../../lib/progress";
import { redisCli } from "../status/collect";
import { mainContainer } from "../../components/redis/contract";

main(async () => {
  const { target, namespace } = await deployment();
  const master = await currentMaster(target, namespace);
  // A terminal only where there is one, or `echo PING | make cli` fails on "the input device is not a TTY".
  const interactive = process.stdin.isTTY ? ["--stdin", "--tty"] : ["--stdin"];
  const args = [
    `--kubeconfig=${target.kubeconfig}`,
    "--namespace",
    namespace,
    "exec",
    ...interactive,
    master,
    "--container",
    mainContainer.redis,
    "--",
    ...redisCli,
  ];
  const child = spawn(path.join(bin, "kubectl"), args, { stdio: "inherit" });
  process.on("SIGINT", () => undefined);
  child.on("close", (code) => {
    process.exitCode = code ?? 1;
  });
});
