import * as grpc from "@grpc/grpc-js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import { InitFailed, messageOf } from "./errors";
import { idOf } from "./kinds";
import { toObject } from "./checkpoint";
import { toStruct } from "./values";

/** An error as the engine takes it over the wire. */
export function grpcFailure(error: unknown): Partial<grpc.ServiceError> {
  const isCancelled = error instanceof Error && error.name === "AbortError";
  return { code: isCancelled ? grpc.status.CANCELLED : grpc.status.UNKNOWN, details: messageOf(error) };
}

/** "Initialization failed": the engine then keeps the resource, with this state, and shows each reason. */
export function initFailure(error: InitFailed): Partial<grpc.ServiceError> {
  const detail = new provider.ErrorResourceInitFailed();
  detail.setId(error.id || idOf(toObject(error.last)));
  detail.setProperties(toStruct(error.last));
  detail.setReasonsList([error.message, ...error.reasons]);
  if (error.inputs) detail.setInputs(toStruct(error.inputs));
  const packed = new anyProto.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusProto.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
