import assert from "node:assert/strict";
import Redis from "ioredis";
import { endpointPorts } from "../../components/redis/contract";
import { eventually, sleep } from "../support/eventually";
import { labPassword, PodLab, type Pod } from "../support/pod-lab";

describe("the master endpoint: real HAProxy over real Redis processes", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let redis: Pod[];
  let sentinels: Pod[];
  let address: string;
  const clients: Redis[] = [];

  const connect = (port: number) => {
    const client = new Redis({
      host: address,
      port,
      password: labPassword,
      retryStrategy: () => 100,
      maxRetriesPerRequest: 1,
    });
    client.on("error", () => undefined);
    clients.push(client);
    return client;
  };
  const roleBehind = async (port: number) => ((await connect(port).call("ROLE")) as string[])[0];

  before(async () => {
    lab = await PodLab.create();
    ({ redis, sentinels } = lab.sentinelTopology());
    lab.startAll();
    address = await lab.startEndpoint(redis, sentinels);
    await eventually("sentinels that know both replicas", async () =>
      (await Promise.all(sentinels.map((pod) => pod.info("sentinel")))).every((info) =>
        info.master0?.includes("slaves=2,sentinels=3"),
      ),
    );
    await eventually("a master behind the endpoint", async () => (await roleBehind(endpointPorts.master)) === "master");
  });
  afterEach(function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
  });
  after(async () => {
    for (const client of clients) client.disconnect();
    await lab.destroy();
  });

  it("leads to the master for writes and to a replica for reads", async () => {
    assert.equal(await roleBehind(endpointPorts.master), "master");
    await eventually("a replica behind the read port", async () => (await roleBehind(endpointPorts.read)) === "slave");
  });

  it("cuts the sessions of the old master on a handover, so that a pooled connection does not read READONLY for ever", async () => {
    const client = connect(endpointPorts.master);
    await client.set("before", "1");
    const old = await lab.master();
    await old.stop();
    await eventually("the same client writes again", () => client.set("after", "2"));
    assert.equal(await client.get("before"), "1");
    old.start();
    await eventually("the old master is a replica", async () => (await old.info("replication")).role === "slave");
    assert.equal(await roleBehind(endpointPorts.master), "master");
  });

  it("lets go of the clients of a master that hangs: its kernel goes on acknowledging, so that TCP never does", async () => {
    const silent = connect(endpointPorts.master);
    await silent.set("before-hang", "1");
    let closed = 0;
    silent.on("close", () => {
      closed++;
    });
    const old = await lab.master();
    old.hang();
    await eventually("it is cut off, though it asked for nothing", () => closed > 0);
    await eventually("it writes again", () => silent.set("after-hang", "1"));
    old.resume();
    await eventually(
      "the old master is a replica in sync",
      async () => (await old.info("replication")).master_link_status === "up",
    );
    await eventually(
      "all is well again",
      async () =>
        Object.values(await (await lab.master()).info("replication")).filter((value) => value.includes("state=online"))
          .length === 2,
    );
  });

  it("reads from no replica that lost its master, and from the master if there is no other", async () => {
    const master = await lab.master();
    const [first, second] = redis.filter((pod) => pod !== master) as [Pod, Pod];
    const roles = () => Promise.all(Array.from({ length: 6 }, () => roleBehind(endpointPorts.read)));
    const addressBehind = async () =>
      ((await connect(endpointPorts.read).call("CONFIG", "GET", "replica-announce-ip")) as string[])[1];
    await first.with((client) => client.call("REPLICAOF", "127.0.0.1", "1"));
    await eventually("only the other replica is read from", async () =>
      (await Promise.all(Array.from({ length: 6 }, addressBehind))).every((address) => address === second.address),
    );
    await second.with((client) => client.call("REPLICAOF", "127.0.0.1", "1"));
    await eventually("the master is read from", async () => (await roles()).every((role) => role === "master"));
    for (const pod of [first, second]) await pod.with((client) => client.call("REPLICAOF", master.address, "6379"));
    await eventually("replicas are read from", async () => (await roles()).every((role) => role === "slave"));
  });

  it("believes no node that calls itself master without a majority of the sentinels", async () => {
    const master = await lab.master();
    const impostor = redis.find((pod) => pod !== master)!;
    await Promise.all(sentinels.map((pod) => pod.kill()));
    await impostor.with((client) => client.call("REPLICAOF", "NO", "ONE"));
    await sleep(2500);
    const client = connect(endpointPorts.master);
    await assert.rejects(client.set("a", "b"));
  });
});
