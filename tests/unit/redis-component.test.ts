import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Redis as RedisComponent, RedisArgs } from "../../components/redis";
import { mockEngine, recordOptions, resourcesOf, valueOf, type Captured } from "../support/mocked-stack";

describe("Redis, the component, without an engine (mocked)", () => {
  let Redis: typeof RedisComponent;
  before(async () => {
    await mockEngine("test");
    ({ Redis } = await import("../../components/redis"));
  });

  const make = async (args: RedisArgs, name = "redis") => {
    let redis!: RedisComponent;
    const resources = await resourcesOf(() => {
      redis = new Redis(name, args, { transformations: [recordOptions] });
    });
    return { redis, resources };
  };
  const ofType = (resources: Captured[], type: string) => resources.filter((resource) => resource.type === type);
  const one = (resources: Captured[], type: string, name: string) => {
    const found = ofType(resources, type).filter((resource) => resource.name === name);
    assert.equal(found.length, 1, `${type} ${name}: ${resources.map((resource) => resource.name).join(", ")}`);
    return found[0]!;
  };
  const password = "a-password-for-the-tests";
  const workloads = ["kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:Deployment"];

  it("makes Redis and the sentinels separate StatefulSets, each pod with an address of its own", async () => {
    const { resources } = await make({ mode: "sentinel", replicas: 3, sentinels: 5, auth: { password } });
    assert.equal(one(resources, "kubernetes:apps/v1:StatefulSet", "redis").inputs.spec.replicas, 3);
    assert.equal(one(resources, "kubernetes:apps/v1:StatefulSet", "redis-sentinel").inputs.spec.replicas, 5);
    for (const name of ["redis-0", "redis-1", "redis-2", "redis-sentinel-0", "redis-sentinel-4"]) {
      const { spec, metadata } = one(resources, "kubernetes:core/v1:Service", name).inputs;
      assert.equal(spec.publishNotReadyAddresses, true);
      assert.deepEqual(spec.selector, { "statefulset.kubernetes.io/pod-name": name });
      // Without it `pulumi up` waits for pods that wait for this address.
      assert.equal(metadata.annotations["pulumi.com/skipAwait"], "true");
    }
    const topology = one(resources, "kubernetes:core/v1:ConfigMap", "redis-topology").inputs.data;
    assert.match(topology.redis, /^redis-0 198\.19\.\d+\.\d+\nredis-1 \S+\nredis-2 \S+\n$/);
    assert.equal(topology.sentinels.trim().split("\n").length, 5);
  });

  it("makes nothing of Sentinel in standalone mode", async () => {
    const { redis, resources } = await make({ mode: "standalone", auth: { password } });
    assert.ok(
      resources.every(({ name }) => !/sentinel|endpoint|topology|read/.test(name)),
      resources.map(({ name }) => name).join(", "),
    );
    assert.deepEqual(ofType(resources, "kubernetes:policy/v1:PodDisruptionBudget"), []);
    assert.equal(await valueOf(redis.host), "redis.redis.svc");
    assert.equal(await valueOf(redis.readHost), "redis.redis.svc");
    for (const output of [
      redis.sentinelHost,
      redis.sentinelPort,
      redis.masterName,
      redis.sentinelNodes,
      redis.sentinelUrl,
    ])
      assert.equal(await valueOf(output as pulumi.Output<unknown>), undefined);
  });

  it("lets the endpoint's pods listen on no port of Redis or Sentinel: a Service may lead to an address that a pod of another kind has by now", async () => {
    const { resources } = await make({ mode: "sentinel", auth: { password } });
    const portsOf = (name: string): number[] =>
      resources
        .filter((resource) => workloads.includes(resource.type) && resource.name === name)
        .flatMap(({ inputs }) => inputs.spec.template.spec.containers as { ports?: { containerPort: number }[] }[])
        .flatMap(({ ports }) => (ports ?? []).map(({ containerPort }) => containerPort));
    const [ofNodes, ofEndpoint] = [[...portsOf("redis"), ...portsOf("redis-sentinel")], portsOf("redis-endpoint")];
    assert.deepEqual([ofNodes.length, ofEndpoint.length], [2, 3]);
    assert.deepEqual(
      ofEndpoint.filter((port) => ofNodes.includes(port)),
      [],
    );
  });

  it("gives out endpoints, and its secrets as secrets", async () => {
    const { redis } = await make({ mode: "sentinel", namespace: "cache", auth: { password } });
    assert.equal(await valueOf(redis.host), "redis.cache.svc");
    assert.equal(await valueOf(redis.readHost), "redis-read.cache.svc");
    assert.equal(await valueOf(redis.sentinelHost), "redis-sentinel.cache.svc");
    assert.deepEqual(
      await valueOf(redis.sentinelNodes),
      [0, 1, 2].map((n) => `redis-sentinel-${n}.cache.svc:26379`),
    );
    assert.equal(await valueOf(redis.masterName), "test-redis");
    assert.equal(await valueOf(redis.url), `redis://:${password}@redis.cache.svc:6379`);
    for (const secret of [redis.password, redis.url, redis.sentinelUrl])
      assert.equal(await pulumi.isSecret(secret), true);
    for (const open of [redis.host, redis.sentinelHost, redis.namespace])
      assert.equal(await pulumi.isSecret(open), false);
  });

  it("has no pod that is privileged, writable, floating, or without a memory limit", async () => {
    const { resources } = await make({ mode: "sentinel", auth: { password } });
    const pods = resources
      .filter(({ type }) => workloads.includes(type))
      .map(({ inputs }) => inputs.spec.template.spec);
    assert.equal(pods.length, 3);
    for (const pod of pods) {
      assert.equal(pod.securityContext.runAsNonRoot, true);
      assert.equal(pod.automountServiceAccountToken, false);
      assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
      for (const container of pod.containers) {
        assert.deepEqual(container.securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        assert.ok(container.resources.limits.memory && container.resources.requests.cpu, container.name);
        assert.match(container.image, /:\d+\.\d+\.\d+/);
        assert.ok(container.readinessProbe && container.livenessProbe, container.name);
      }
    }
  });

  it("puts the password into one Secret and nowhere else", async () => {
    const { resources } = await make({ mode: "sentinel", auth: { password } });
    const holders = resources.filter(({ inputs }) => JSON.stringify(inputs).includes(password));
    assert.deepEqual(
      holders.map(({ type }) => type),
      ["kubernetes:core/v1:Secret"],
    );
  });

  it("spreads pods as asked, and always lets one of each kind go at a time", async () => {
    const affinity = async (spread?: "preferred" | "required") => {
      const { resources } = await make({ mode: "sentinel", auth: { password }, scheduling: { spread } });
      assert.equal(ofType(resources, "kubernetes:policy/v1:PodDisruptionBudget").length, 3);
      return one(resources, "kubernetes:apps/v1:StatefulSet", "redis").inputs.spec.template.spec.affinity
        .podAntiAffinity;
    };
    assert.ok((await affinity()).preferredDuringSchedulingIgnoredDuringExecution);
    assert.ok((await affinity("required")).requiredDuringSchedulingIgnoredDuringExecution);
    // Two sentinels in one zone would be lost with it, and a majority of three with them.
    assert.ok(
      (await affinity("required")).preferredDuringSchedulingIgnoredDuringExecution.some(
        (term: { podAffinityTerm: { topologyKey: string } }) =>
          term.podAffinityTerm.topologyKey === "topology.kubernetes.io/zone",
      ),
    );
  });

  it("generates a password where none is given", async () => {
    const { redis, resources } = await make({ mode: "standalone" });
    assert.equal(ofType(resources, "random:index/randomPassword:RandomPassword").length, 1);
    assert.equal(await valueOf(redis.password), "generated-password-of-the-mock");
    assert.deepEqual(
      ofType(
        (await make({ mode: "standalone", auth: { password } })).resources,
        "random:index/randomPassword:RandomPassword",
      ),
      [],
    );
  });

  it("makes a namespace, or reads the one that is there, under the same name, so that one that it made is let go of", async () => {
    const namespaceOf = async (args: Partial<RedisArgs>) =>
      one(
        (await make({ mode: "standalone", auth: { password }, ...args })).resources,
        "kubernetes:core/v1:Namespace",
        "redis-namespace",
      );
    assert.equal((await namespaceOf({})).inputs.metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
    const { inputs, options } = await namespaceOf({ namespace: "cache", createNamespace: false });
    assert.deepEqual([inputs, await valueOf(pulumi.output(options.id))], [{}, "cache"]);
  });

  it("makes each data pod's claim before the pods, one that outlives them and is never replaced", async () => {
    const { redis, resources } = await make({
      mode: "sentinel",
      replicas: 4,
      auth: { password },
      persistence: { size: "3Gi", storageClass: "fast" },
    });
    const claims = resources.filter(({ type }) => type === "kubernetes:core/v1:PersistentVolumeClaimPatch");
    assert.deepEqual(
      claims.map(({ name }) => name).sort(),
      [0, 1, 2, 3].map((ordinal) => `data-redis-${ordinal}`),
    );
    for (const { name, inputs, options } of claims) {
      assert.deepEqual(
        [inputs.metadata.name, inputs.spec.resources.requests.storage, inputs.spec.storageClassName],
        [name, "3Gi", "fast"],
      );
      assert.deepEqual([options.retainOnDelete, options.ignoreChanges], [true, ["spec.storageClassName"]]);
    }
    assert.deepEqual(await valueOf(redis.deployed).then(({ size, storageClass }) => [size, storageClass]), [
      "3Gi",
      "fast",
    ]);
    const before = (await valueOf(
      pulumi.output(one(resources, "kubernetes:apps/v1:StatefulSet", "redis").options.dependsOn),
    )) as pulumi.Resource[];
    const names = await Promise.all(before.map(({ urn }) => valueOf(urn).then((text) => text.split("::").at(-1))));
    // The list of addresses is what their volumes name by its fixed name, without asking it.
    assert.deepEqual(names.sort(), [...[0, 1, 2, 3].map((ordinal) => `data-redis-${ordinal}`), "redis-topology"]);
    for (const name of ["redis", "redis-sentinel"])
      assert.deepEqual(one(resources, "kubernetes:apps/v1:StatefulSet", name).options.ignoreChanges, [
        "spec.volumeClaimTemplates",
      ]);
  });

  it("remembers the size and the StorageClass of the archives' volume", async () => {
    const { redis } = await make({
      mode: "standalone",
      auth: { password },
      archive: { volume: { size: "9Gi", storageClass: "slow" } },
    });
    assert.deepEqual((await valueOf(redis.deployed)).archive, { size: "9Gi", storageClass: "slow" });
  });

  it("finds the claims of ready-made volumes where older versions of the program had them, and does not make them again", async () => {
    const { resources } = await make({
      mode: "sentinel",
      auth: { password },
      persistence: { volumes: ["a", "b", "c"] },
    });
    const aliases = await Promise.all(
      (
        one(resources, "kubernetes:core/v1:PersistentVolumeClaim", "data-redis-0").options
          .aliases as pulumi.Output<string>[]
      ).map(valueOf),
    );
    assert.deepEqual(
      aliases,
      ["Standalone", "Sentinel"].map(
        (mode) =>
          `urn:pulumi:test::redis-gke::redis-gke:redis:Redis$redis-gke:redis:${mode}$kubernetes:core/v1:PersistentVolumeClaim::data-redis-0`,
      ),
    );
  });

  it("protects what holds data where it is asked to", async () => {
    const protectedOnes = async (protect: boolean) =>
      (
        await make({ mode: "sentinel", auth: { password }, persistence: { protect, volumes: ["a", "b", "c"] } })
      ).resources
        .filter(({ options }) => options.protect)
        .map(({ name }) => name);
    assert.deepEqual((await protectedOnes(true)).sort(), [
      "data-redis-0",
      "data-redis-1",
      "data-redis-2",
      "redis-namespace",
    ]);
    assert.deepEqual(await protectedOnes(false), []);
  });

  it("asks which cluster it is on only where it compares, and only what it may look at", async () => {
    const before = { mode: "standalone", namespace: "redis" } as const;
    const asked = async (args: Partial<RedisArgs>) => {
      const { redis, resources } = await make({ mode: "standalone", auth: { password }, ...args });
      const reads = resources.filter(({ name }) => name === "redis-cluster").map(({ options }) => options.id);
      return [...reads, (await valueOf(redis.deployed)).cluster];
    };
    assert.deepEqual(await asked({}), [undefined]);
    assert.deepEqual(await asked({ before }), ["kube-system", "kube-system uid-of-kube-system"]);
    assert.deepEqual(await asked({ before, createNamespace: false }), ["redis", "redis uid-of-redis"]);
    assert.deepEqual(await asked({ before, cluster: "its own" }), ["its own"]);
  });

  it("names scripts and configuration by their content's turn, so that a change rolls the pods one at a time", async () => {
    const { resources } = await make({ mode: "sentinel", auth: { password } });
    for (const name of ["redis-scripts", "redis-configuration"])
      assert.equal(one(resources, "kubernetes:core/v1:ConfigMap", name).inputs.metadata.name, undefined);
    // The addresses are read at each start: a replica more must not restart those that are there.
    assert.equal(
      one(resources, "kubernetes:core/v1:ConfigMap", "redis-topology").inputs.metadata.name,
      "redis-topology",
    );
  });

  it("restarts no Redis for a changed script of the sentinels or of the archive, nor the sentinels for one of Redis", async () => {
    const { resources } = await make({ mode: "sentinel", auth: { password }, archive: { volume: { size: "1Gi" } } });
    const mounted = (pod: { volumes: { configMap?: { name: string } }[] }) =>
      pod.volumes.flatMap(({ configMap }) =>
        configMap?.name.includes("scripts") ? [configMap.name.replace(/-[0-9a-f]{8}$/, "")] : [],
      );
    const ofSet = (name: string) =>
      mounted(one(resources, "kubernetes:apps/v1:StatefulSet", name).inputs.spec.template.spec);
    const ofJob = (name: string) =>
      mounted(one(resources, "kubernetes:batch/v1:CronJob", name).inputs.spec.jobTemplate.spec.template.spec);
    assert.deepEqual([ofSet("redis"), ofSet("redis-sentinel")], [["redis-scripts"], ["redis-sentinel-scripts"]]);
    assert.deepEqual(
      [ofJob("redis-archive"), ofJob("redis-drill")],
      [["redis-archive-scripts"], ["redis-archive-scripts"]],
    );
    const scripts = (map: string) => Object.keys(one(resources, "kubernetes:core/v1:ConfigMap", map).inputs.data);
    assert.deepEqual(
      scripts("redis-scripts").filter((file) => /archive|sentinel-/.test(file)),
      [],
    );
    assert.deepEqual(scripts("redis-sentinel-scripts"), [
      "alive.sh",
      "lib.sh",
      "sentinel-memory.sh",
      "sentinel-ready.sh",
      "sentinel-start.sh",
      "sentinel-watch.sh",
      "volume.sh",
    ]);
  });

  for (const { what, args, minutes } of [
    { what: "small data", args: { mode: "sentinel" }, minutes: 14 },
    {
      what: "32 Gi in each of five pods, one after the other",
      args: { mode: "sentinel", replicas: 5, resources: { memory: "32Gi" } },
      minutes: 217,
    },
    {
      what: "64 Gi that come out of an archive",
      args: {
        mode: "standalone",
        resources: { memory: "64Gi" },
        archive: { volume: { size: "1Gi" } },
        restore: { from: "latest" },
      },
      minutes: 174,
    },
  ] satisfies { what: string; args: RedisArgs; minutes: number }[]) {
    it(`waits ${minutes} minutes for ${what}, and as long for what is ready after that`, async () => {
      const { resources } = await make({ ...args, auth: { password } });
      const waiting = resources.filter(({ options }) => options.customTimeouts !== undefined);
      assert.deepEqual(
        waiting.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort(),
        args.mode === "sentinel"
          ? ["Service redis-sentinel", "StatefulSet redis", "StatefulSet redis-sentinel"]
          : ["Service redis", "StatefulSet redis"],
      );
      for (const { options } of waiting)
        assert.deepEqual(options.customTimeouts, { create: `${minutes}m`, update: `${minutes}m` });
    });
  }

  it("has no pod of any kind, and starts no job, while it is stopped; all else is as it was", async () => {
    for (const args of [{ mode: "sentinel" }, { mode: "standalone" }] as const) {
      const told = async (stopped?: boolean) =>
        (await make({ ...args, stopped, auth: { password }, archive: { volume: { size: "1Gi" } } })).resources.map(
          ({ type, name, inputs }) => ({ type, name, spec: inputs.spec }),
        );
      const workloads = {
        "kubernetes:apps/v1:StatefulSet": { replicas: 0 },
        "kubernetes:apps/v1:Deployment": { replicas: 0 },
        "kubernetes:batch/v1:CronJob": { suspend: true },
      };
      const expected = (await told()).map((made) => ({
        ...made,
        spec: made.type in workloads ? { ...made.spec, ...workloads[made.type as keyof typeof workloads] } : made.spec,
      }));
      assert.deepEqual(await told(true), expected);
    }
  });

  it("refuses a name that its objects could not have, and says that it is the component's own", async () => {
    for (const name of ["Redis", "my_redis", "redis.cache", "9redis", "a".repeat(43)]) {
      await assert.rejects(
        make({ mode: "sentinel", namespace: "cache" }, name),
        ({ errors }: pulumi.InputPropertiesError) =>
          /is the component's own name, after which its objects are named: it must be lower-case letters/.test(
            errors[0]!.reason,
          ),
      );
    }
    const { resources } = await make({ mode: "sentinel", auth: { password } }, "a".repeat(42));
    for (const { inputs } of resources)
      assert.ok(
        (inputs.metadata?.name ?? "").length <= 63 &&
          (inputs.metadata?.labels?.["app.kubernetes.io/instance"] ?? "").length <= 63,
      );
  });

  it("looks into a password that comes as an Output, refuses one that could be something else in a file or a URL, and does not tell it", async () => {
    const { checkedPassword } = await import("../../components/redis/objects/password");
    const checked = (value: string) =>
      (checkedPassword("redis", pulumi.secret(value)) as unknown as { promise(): Promise<string> }).promise();
    for (const wrong of [
      "with a blank in it",
      'quote"in-the-middle',
      "with-a-#-in-the-middle",
      "two-lines-of-it\nrequirepass x",
      "too-short",
    ]) {
      await assert.rejects(checked(wrong), (error: pulumi.InputPropertiesError) => {
        assert.match(JSON.stringify(error.errors), /auth\.password.*must be 16 to 128 letters/);
        return !JSON.stringify([error.message, error.errors]).includes(wrong);
      });
    }
    assert.equal(await checked(password), password);
  });

  it("sees that the password is another one than before, without telling either, and one that is generated from now on before it is made", async () => {
    const { otherPassword } = await import("../../components/redis/topology/comparison");
    const given = { mode: "sentinel", namespace: "redis", passwordGenerated: false } as const;
    const never = pulumi.output(new Promise<string>(() => undefined));
    const sees = async (...args: Parameters<typeof otherPassword>) => {
      const seen = otherPassword(...args);
      return [await valueOf(seen), await pulumi.isSecret(seen)];
    };
    const passwordBefore = pulumi.secret(password);
    assert.deepEqual(await sees(given, given, pulumi.secret(password), { passwordBefore }), [false, false]);
    assert.deepEqual(await sees(given, given, pulumi.secret("another-password"), { passwordBefore }), [true, false]);
    assert.deepEqual(await sees(given, { ...given, passwordGenerated: true }, never, { passwordBefore }), [
      true,
      false,
    ]);
    assert.deepEqual(await sees(given, given, never, {}), [false, false]);
    assert.deepEqual(await sees(undefined, given, never, { passwordBefore }), [false, false]);
  });

  it("lets what leads to Redis be there before the only node that holds data is replaced, and waits for nothing where there is none", async () => {
    const waitsFor = async (before?: RedisArgs["before"], stopped?: boolean) => {
      const { resources } = await make({ mode: "sentinel", stopped, auth: { password }, before });
      const names = async (type: string, name: string) => {
        const list = (await valueOf(pulumi.output(one(resources, type, name).options.dependsOn))) as pulumi.Resource[];
        const urns = await Promise.all(list.map(({ urn }) => valueOf(urn)));
        return urns
          .map((urn) => urn.split("::").slice(2).join(" ").split("$").at(-1))
          .filter((each) => !/Patch|ConfigMap/.test(each!));
      };
      return {
        data: await names("kubernetes:apps/v1:StatefulSet", "redis"),
        service: await names("kubernetes:core/v1:Service", "redis"),
      };
    };
    const endpoint = "kubernetes:apps/v1:Deployment redis-endpoint";
    const before = { mode: "standalone", namespace: "redis" } as const;
    assert.deepEqual(await waitsFor(before), {
      data: ["kubernetes:core/v1:Service redis"],
      service: [endpoint, "kubernetes:apps/v1:StatefulSet redis-sentinel"],
    });
    for (const [last, stopped] of [
      [undefined],
      [{ ...before, mode: "sentinel" }],
      [{ ...before, stopped: true }],
      [before, true],
    ] satisfies [RedisArgs["before"], boolean?][])
      assert.deepEqual(await waitsFor(last, stopped), { data: [], service: [endpoint] });
  });

  it("gives every child its parent", async () => {
    const { resources } = await make({ mode: "sentinel", auth: { password } });
    for (const { name, type, options } of resources.filter((resource) => resource.type !== "redis-gke:redis:Redis"))
      assert.ok(options.parent, `${type} ${name}`);
  });

  it("refuses wrong arguments before any resource is made, all of them at once", async () => {
    let error: unknown;
    const resources = await resourcesOf(() => {
      try {
        new Redis("wrong", { mode: "sentinel", sentinels: 2, image: "redis:latest", settings: { dir: "/tmp" } });
      } catch (thrown) {
        error = thrown;
      }
    });
    assert.ok(error instanceof pulumi.InputPropertiesError);
    assert.deepEqual(error.errors?.map(({ propertyPath }) => propertyPath).sort(), [
      "image",
      "sentinels",
      "settings.dir",
    ]);
    assert.deepEqual(
      resources.filter(({ type }) => type.startsWith("kubernetes:")),
      [],
    );
  });
});
