import * as pulumi from "@pulumi/pulumi";

export interface Captured {
  type: string;
  name: string;
  // The shape differs with the type; a test says what it looks for.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  inputs: any;
  options: pulumi.CustomResourceOptions;
}

let captured: Captured[] = [];
const options = new Map<string, pulumi.CustomResourceOptions>();

/**
 * Pulumi without an engine: addresses are made up, everything else is what the program asked for. An unexpected
 * function call fails.
 */
export async function mockEngine(stack: string, config: Record<string, string> = {}): Promise<void> {
  pulumi.runtime.setAllConfig(config);
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        captured.push({ type, name, inputs, options: options.get(`${type} ${name}`) ?? {} });
        const state = { ...(inputs as object) } as Record<string, unknown>;
        const metadata = inputs.metadata as { name?: string } | undefined;
        if (metadata) state.metadata = { ...metadata, name: metadata.name ?? `${name}-0123abcd` };
        // What is read and not made has its id from the program.
        if (type === "kubernetes:core/v1:Namespace" && id) state.metadata = { name: id, uid: `uid-of-${id}` };
        if (type === "kubernetes:core/v1:Service")
          state.spec = { clusterIP: address(name), ...(inputs.spec as object) };
        if (type === "random:index/randomPassword:RandomPassword") state.result = "generated-password-of-the-mock";
        return { id: `${name}-id`, state };
      },
      call: ({ token }) => {
        throw new Error(`unexpected function call: ${token}`);
      },
    },
    "redis-gke",
    stack,
    false,
  );
}

/** A different address for each Service, the same in each run. */
const addresses = new Map<string, string>();
function address(name: string): string {
  if (!addresses.has(name)) addresses.set(name, `198.19.0.${addresses.size + 10}`);
  return addresses.get(name)!;
}

/** Records the options that a resource was given; mocks do not hand them on. */
export const recordOptions: pulumi.ResourceTransformation = (args) => {
  options.set(`${args.type} ${args.name}`, args.opts);
  return undefined;
};

/** Runs a part of a program to its end and gives every resource that it made. */
export async function resourcesOf(program: () => unknown): Promise<Captured[]> {
  captured = [];
  program();
  // The registrations of a program are queued behind its outputs: it has ended when nothing came for a while.
  for (let before = -1; before !== captured.length;) {
    before = captured.length;
    await new Promise((resolve) => {
      setTimeout(resolve, 60);
    });
  }
  return captured;
}

export const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });
