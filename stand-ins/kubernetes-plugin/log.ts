import * as grpc from "@grpc/grpc-js";
import engine from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";

/** Messages to the person who runs the engine. A lost message is no failure of the operation that sent it. */
export class EngineLog {
  private readonly client: InstanceType<typeof engine.EngineClient> | undefined;

  constructor(address: string | undefined) {
    if (address) this.client = new engine.EngineClient(address, grpc.credentials.createInsecure());
  }

  info(urn: string, text: string): void {
    this.send(urn, text, messages.LogSeverity.INFO, false);
  }
  warn(urn: string, text: string): void {
    this.send(urn, text, messages.LogSeverity.WARNING, false);
  }
  /** Shown beside the resource while it is worked on, and gone afterwards; empty clears it. */
  status(urn: string, text: string): void {
    this.send(urn, text, messages.LogSeverity.INFO, true);
  }

  private send(urn: string, text: string, severity: messages.LogSeverity, ephemeral: boolean): void {
    if (!this.client) return;
    const request = new messages.LogRequest();
    request.setUrn(urn);
    request.setMessage(text);
    request.setSeverity(severity);
    request.setEphemeral(ephemeral);
    this.client.log(request, () => undefined);
  }
}
