import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { Provider } from "./service";

/**
 * State and inputs of a resource travel whole; gRPC's own limit of 4 MB is less than one ConfigMap of a chart can
 * bring.
 */
const maxMessageBytes = 400 * 1024 * 1024;

/** Set when the plugin is bundled: the version of the SDK package that it stands in for, which the engine compares. */
const version = process.env.PLUGIN_VERSION ?? "0.0.0";

function serve(engine: string | undefined): void {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(services.ResourceProviderService, new Provider(version, engine).implementation);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      console.error(`the kubernetes plugin cannot listen: ${error.message}`);
      process.exit(1);
    }
    // The engine reads the port from the first line.
    process.stdout.write(`${port}\n`);
  });
}

/** An engine that was killed tells nobody; without this its plugin would stay for ever. */
function endWithEngine(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 1000).unref();
  process.stdout.on("error", () => process.exit(0));
  // The engine says so at its end, and waits five seconds for whoever does not listen. (A ^C in the terminal does not
  // come here: the engine starts plugins in a process group of their own, and cancels in order.)
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
}

if (process.argv.includes("--version")) {
  console.log(version);
} else {
  endWithEngine();
  serve(process.argv.slice(2).find((argument) => !argument.startsWith("-")));
}
