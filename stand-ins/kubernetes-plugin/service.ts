import type * as grpc from "@grpc/grpc-js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import { check } from "./check";
import { configDiff, textValues } from "./provider-config";
import { create } from "./create";
import { remove } from "./delete";
import { diff, formatPath, type Change } from "./diff";
import { InitFailed } from "./errors";
import { grpcFailure, initFailure } from "./failure";
import { isPatch, kindOf, official, packageName } from "./kinds";
import { EngineLog } from "./log";
import { read } from "./read";
import { replaceUnready } from "./replace-unready";
import { Session } from "./session";
import { inputProperties, mistakes, parseSettings, type Mistake } from "./settings";
import { toObject } from "./checkpoint";
import { update } from "./update";
import { fromStruct, toStruct } from "./values";

type Handler<Request, Response> = (request: Request) => Response | Promise<Response>;

/**
 * One RPC: answers, or fails with what the engine can show. Nothing may throw past it: the engine would wait for ever.
 */
function rpc<Request, Response>(handle: Handler<Request, Response>): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(error instanceof InitFailed ? initFailure(error) : grpcFailure(error)),
      );
  };
}

const refuse = (what: string) =>
  rpc<unknown, never>(() => {
    throw new Error(`${what} is not in the stand-in for the kubernetes plugin; ${official}`);
  });

function checkResponse(inputs: Struct | undefined, failures: Mistake[]): provider.CheckResponse {
  const response = new provider.CheckResponse();
  response.setInputs(inputs);
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new provider.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

const autonamingModes = ["propose", "enforce", "disable"] as const;
const { Kind } = provider.PropertyDiff;
const diffKinds = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

function propertyDiff({ kind, replaces }: Change): provider.PropertyDiff {
  const entry = new provider.PropertyDiff();
  entry.setKind(diffKinds[kind][replaces ? 1 : 0]);
  entry.setInputdiff(true);
  return entry;
}

/**
 * The provider as the engine calls it: each RPC takes its message apart, and leaves the work to the file of its name.
 */
export class Provider {
  private readonly cancelling = new AbortController();
  private log: EngineLog;
  private configured: Session | undefined;

  constructor(
    private readonly version: string,
    engine: string | undefined,
  ) {
    this.log = new EngineLog(engine);
  }

  private get session(): Session {
    if (!this.configured) throw new Error("the kubernetes provider has not been configured");
    return this.configured;
  }

  readonly implementation = {
    getPluginInfo: rpc(() => {
      const info = new plugin.PluginInfo();
      info.setVersion(this.version);
      return info;
    }),
    attach: rpc((request: plugin.PluginAttach) => {
      this.log = new EngineLog(request.getAddress());
      return new emptyProto.Empty();
    }),
    getSchema: rpc(() => {
      const response = new provider.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: packageName, version: this.version, provider: { inputProperties } }));
      return response;
    }),
    cancel: rpc(() => {
      this.cancelling.abort();
      return new emptyProto.Empty();
    }),
    checkConfig: rpc((request: provider.CheckRequest) =>
      checkResponse(request.getNews(), mistakes(textValues(fromStruct(request.getNews())), process.env)),
    ),
    diffConfig: rpc((request: provider.DiffRequest) => this.diffConfig(request)),
    configure: rpc((request: provider.ConfigureRequest) => this.configure(request)),
    check: rpc((request: provider.CheckRequest) => this.check(request)),
    diff: rpc((request: provider.DiffRequest) => this.diff(request)),
    create: rpc((request: provider.CreateRequest) => this.create(request)),
    read: rpc((request: provider.ReadRequest) => this.read(request)),
    update: rpc((request: provider.UpdateRequest) => this.update(request)),
    delete: rpc((request: provider.DeleteRequest) => this.delete(request)),
    invoke: rpc((request: provider.InvokeRequest): never => {
      throw new Error(`${request.getTok()} is not in the stand-in for the kubernetes plugin; ${official}`);
    }),
    call: refuse("calling a method"),
    construct: rpc((request: provider.ConstructRequest): never => {
      throw new Error(`${request.getType()} is not in the stand-in for the kubernetes plugin; ${official}`);
    }),
    parameterize: refuse("a package made from CustomResourceDefinitions"),
  };

  private async diffConfig(request: provider.DiffRequest): Promise<provider.DiffResponse> {
    const { diffs, replaces } = await configDiff(fromStruct(request.getOlds()), fromStruct(request.getNews()));
    const response = new provider.DiffResponse();
    response.setChanges(
      diffs.length > 0 ? provider.DiffResponse.DiffChanges.DIFF_SOME : provider.DiffResponse.DiffChanges.DIFF_NONE,
    );
    response.setDiffsList(diffs);
    response.setReplacesList(replaces);
    return response;
  }

  private configure(request: provider.ConfigureRequest): provider.ConfigureResponse {
    const prefix = `${packageName}:config:`;
    const values = Object.fromEntries(
      request
        .getVariablesMap()
        .toArray()
        .map(([key, value]) => [key.startsWith(prefix) ? key.slice(prefix.length) : key, value]),
    );
    const wrong = mistakes(values, process.env);
    if (wrong.length > 0) throw new Error(wrong.map(({ reason }) => reason).join("\n"));
    this.configured = new Session(parseSettings(values, process.env), this.log, this.cancelling.signal);
    this.log.info(
      request.getUrn() ?? "",
      "Kubernetes resources are managed by the stand-in of this repository: the official pulumi-resource-kubernetes plugin is not installed.",
    );
    const response = new provider.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    response.setSupportsAutonamingConfiguration(true);
    return response;
  }

  private async check(request: provider.CheckRequest): Promise<provider.CheckResponse> {
    if (this.session.settings.skipUpdateUnreachable && !(await this.session.reachableOrWarn(request.getUrn())))
      return checkResponse(request.getOlds(), []);
    const autonaming = request.getAutonaming();
    const seed = request.getRandomseed();
    const { inputs, failures } = await check({
      urn: request.getUrn(),
      olds: fromStruct(request.getOlds()),
      news: fromStruct(request.getNews()),
      seed: typeof seed === "string" ? Buffer.from(seed, "base64") : seed,
      autonaming: autonaming
        ? { mode: autonamingModes[autonaming.getMode()], proposedName: autonaming.getProposedName() }
        : undefined,
      defaultNamespace: await this.session.defaultNamespace(),
      isNamespaced: (kind) => this.session.isNamespaced(kind),
    });
    return checkResponse(toStruct(inputs), failures);
  }

  private async diff(request: provider.DiffRequest): Promise<provider.DiffResponse> {
    const news = fromStruct(request.getNews());
    const state = fromStruct(request.getOlds());
    const namespaced = await this.session.isNamespaced(kindOf(toObject(news)));
    const { changes, deleteBeforeReplace } = diff({
      state,
      news,
      ignoreChanges: request.getIgnorechangesList(),
      namespaced,
      patch: isPatch(request.getUrn()),
      settings: this.session.settings,
    });
    const response = new provider.DiffResponse();
    const replaces = changes.filter((change) => change.replaces).map(({ path }) => formatPath(path));
    if (await replaceUnready(this.session, request.getUrn(), state, news))
      replaces.push(`metadata.annotations["pulumi.com/replaceUnready"]`);
    response.setChanges(
      changes.length + replaces.length > 0
        ? provider.DiffResponse.DiffChanges.DIFF_SOME
        : provider.DiffResponse.DiffChanges.DIFF_NONE,
    );
    response.setReplacesList(replaces);
    response.setDeletebeforereplace(deleteBeforeReplace);
    response.setHasdetaileddiff(true);
    for (const change of changes) response.getDetaileddiffMap().set(formatPath(change.path), propertyDiff(change));
    return response;
  }

  private async create(request: provider.CreateRequest): Promise<provider.CreateResponse> {
    const { id, properties } = await create(this.session, {
      urn: request.getUrn(),
      properties: fromStruct(request.getProperties()),
      timeout: request.getTimeout(),
      preview: request.getPreview(),
    });
    const response = new provider.CreateResponse();
    response.setId(id);
    response.setProperties(toStruct(properties));
    return response;
  }

  private async update(request: provider.UpdateRequest): Promise<provider.UpdateResponse> {
    const response = new provider.UpdateResponse();
    response.setProperties(
      toStruct(
        await update(this.session, {
          urn: request.getUrn(),
          state: fromStruct(request.getOlds()),
          news: fromStruct(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
          timeout: request.getTimeout(),
          preview: request.getPreview(),
        }),
      ),
    );
    return response;
  }

  private async read(request: provider.ReadRequest): Promise<provider.ReadResponse> {
    const { id, state, inputs } = await read(this.session, {
      urn: request.getUrn(),
      id: request.getId(),
      state: fromStruct(request.getProperties()),
      inputs: fromStruct(request.getInputs()),
    });
    const response = new provider.ReadResponse();
    response.setId(id);
    if (id) {
      response.setProperties(toStruct(state));
      response.setInputs(toStruct(inputs));
    }
    return response;
  }

  private async delete(request: provider.DeleteRequest): Promise<emptyProto.Empty> {
    await remove(this.session, {
      urn: request.getUrn(),
      id: request.getId(),
      state: fromStruct(request.getProperties()),
      timeout: request.getTimeout(),
    });
    return new emptyProto.Empty();
  }
}
