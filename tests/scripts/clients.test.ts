import assert from "node:assert/strict";
import { connect } from "node:net";
import Redis from "ioredis";
import { eventually, printTime, sleep } from "../support/eventually";
import { labMasterName, labPassword, PodLab, type Pod } from "../support/pod-lab";
import { Writer } from "../support/writer";

describe("pod scripts: clients of a node that is not the master any more", function () {
  this.timeout(300_000);
  let lab: PodLab;
  let redis: Pod[];
  let sentinels: Pod[];

  const start = async () => {
    lab = await PodLab.create();
    ({ redis, sentinels } = lab.sentinelTopology());
    lab.startAll();
  };
  const peersOf = (pod: Pod) => redis.filter((other) => other !== pod);
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(lab.logs());
    await lab.destroy();
  });

  /**
   * A client as libraries are: back to the address that was the master's, as often as it takes, and content with it
   * from then on.
   */
  const clientOf = (pod: Pod, connectionName?: string) => {
    const client = new Redis({
      host: pod.address,
      port: pod.port,
      password: labPassword,
      connectionName,
      enableReadyCheck: false,
      retryStrategy: () => 10,
      maxRetriesPerRequest: null,
    });
    const counts = { client, ready: 0, closed: 0 };
    client
      .on("ready", () => counts.ready++)
      .on("close", () => counts.closed++)
      .on("error", () => undefined);
    return counts;
  };

  it("lets those go that came back to the crashed master, writers and subscribers, once it is a replica", async () => {
    await start();
    const old = await lab.settled();
    const [writer, subscriber] = [clientOf(old), clientOf(old)];
    try {
      await subscriber.client.subscribe("news");
      await eventually("the writer is there", () => writer.ready);
      old.crash();
      await eventually("both came back", () => writer.ready > 1 && subscriber.ready > 1, { every: 5 });
      const [writerClosed, subscriberClosed] = [writer.closed, subscriber.closed];
      await assert.rejects(writer.client.set("key", "value"), /READONLY|LOADING/);
      await old.says(/role: replica of/);
      await eventually("both were let go", () => writer.closed > writerClosed && subscriber.closed > subscriberClosed);
      assert.equal((await old.info("replication")).role, "slave");
    } finally {
      for (const { client } of [writer, subscriber]) client.disconnect();
    }
  });

  it("keeps no client while its role is not decided", async () => {
    lab = await PodLab.create();
    ({ redis, sentinels } = lab.sentinelTopology());
    const alone = redis[0]!.start();
    await alone.says(/waiting: no majority of sentinels/);
    const counts = clientOf(alone);
    try {
      await eventually("it came", () => counts.ready);
      await eventually("it was let go", () => counts.closed);
      assert.equal(alone.probe("alive.sh", "6379").code, 0);
    } finally {
      counts.client.disconnect();
    }
  });

  it("lets nobody go who has just come, to read from it, and no sentinel", async () => {
    await start();
    const old = await lab.settled();
    const [early, sentinel] = [clientOf(old), clientOf(old, "sentinel-0123abcd-cmd")];
    let late: ReturnType<typeof clientOf> | undefined;
    try {
      await eventually("both are there", () => early.ready && sentinel.ready);
      await sleep(6000);
      late = clientOf(old);
      await eventually("it is there", () => late!.ready);
      old.call(["lib.sh", "clients.sh"], "let_clients_go 6");
      await eventually("who was there before was let go", () => early.closed);
      await late.client.ping();
      assert.deepEqual([late.closed, sentinel.closed], [0, 0]);
    } finally {
      for (const counts of [early, sentinel, late]) counts?.client.disconnect();
    }
  });

  it("lets those go of a master that stood still and was replaced, before Sentinel tells it so", async () => {
    await start();
    const old = await lab.settled();
    const patient = clientOf(old);
    try {
      await eventually("it is there", () => patient.ready);
      old.hang();
      await eventually("a peer is master", async () =>
        (await Promise.all(peersOf(old).map((pod) => pod.info("replication")))).some((info) => info.role === "master"),
      );
      await sleep(1000);
      const from = Date.now();
      old.resume();
      await eventually("it was let go", () => patient.closed, { every: 10 });
      printTime("a client of the old master was let go", from, 2);
      assert.equal((await old.info("replication")).role, "slave");
      await lab.settled();
    } finally {
      patient.client.disconnect();
    }
  });

  /**
   * A person, or a tool that knows nothing of Sentinel; and how many acknowledged writes it may cost. Redis answers
   * others while a script runs from its fifth second on (busy-reply-threshold), and so acknowledges then the one write
   * that it executed just before the script, of which no replica has heard and which no new master has.
   */
  const byHand: [string, number, (other: Pod) => (string | number)[]][] = [
    ["REPLICAOF a peer", 0, (other) => ["REPLICAOF", other.address, other.port]],
    ["FAILOVER to a peer", 0, (other) => ["FAILOVER", "TO", other.address, other.port]],
    ["CLIENT PAUSE of everything, for longer than down-after", 0, () => ["CLIENT", "PAUSE", 8000, "ALL"]],
    [
      "a script that runs for longer than down-after",
      1,
      () => ["EVAL", "local from = redis.call('TIME')[1] while redis.call('TIME')[1] - from < 6 do end", 0],
    ],
  ];
  for (const [what, mayLose, command] of byHand) {
    it(`has one master again, and every client with it, after ${what} on the master; ${mayLose === 0 ? "nothing" : "at most the write before it"} is lost`, async () => {
      await start();
      const old = await lab.settled();
      // No settings for moves at all: it asks Sentinel only when its connection is closed, and as most libraries do it
      // takes that one's word.
      const client = new Redis({
        sentinels: sentinels.map(({ address: host, port }) => ({ host, port })),
        name: labMasterName,
        password: labPassword,
        sentinelPassword: labPassword,
        maxRetriesPerRequest: null,
        enableReadyCheck: false,
      });
      client.on("error", () => undefined);
      const writer = new Writer(client, "by-hand");
      try {
        await eventually("it writes", () => writer.acknowledged.length > 100);
        const [name, ...args] = command(peersOf(old)[0]!);
        const done = old.with((own) => own.call(String(name), ...args)).catch(() => undefined);
        await sleep(3000);
        const before = writer.acknowledged.length;
        const from = Date.now();
        await eventually("it writes again", () => writer.acknowledged.length > before + 100);
        printTime("written again", from, 6);
        await done;
        const master = await lab.settled();
        await writer.stop();
        const lost = await master.with((own) => writer.lost(own));
        assert.ok(lost.length <= mayLose, `lost: ${lost.join(", ")}`);
      } finally {
        client.disconnect();
      }
    });
  }

  it("leaves a node alone that has just been promoted and is not named yet: the sentinels decide, also where somebody promoted it by hand", async () => {
    await start();
    const master = await lab.settled();
    const promoted = peersOf(master)[0]!;
    const from = Date.now();
    await promoted.with(async (own) => {
      await own.replicaof("NO", "ONE");
      await assert.rejects(own.set("key", "value"), /NOREPLICAS|READONLY/);
    });
    await eventually(
      "a sentinel has made it a replica again",
      async () => (await promoted.info("replication")).role === "slave",
    );
    printTime("a replica again", from, 10);
    // Its own watch looks every second here. Had it acted, it would also undo a failover, in the moment before the
    // sentinels name the new master.
    assert.doesNotMatch(promoted.output, /which replaced this node/);
    assert.equal(await lab.settled(), master);
  });

  /**
   * As `redis-cli --rdb` and `--replica` do, and tools that copy the data: for as long as a sentinel takes to see it.
   */
  const copy = async (pod: Pod) => {
    const socket = connect(pod.port, pod.address).on("error", () => undefined);
    socket.write(`AUTH ${labPassword}\r\n`);
    // Redis takes no SYNC before its last reply is sent.
    socket.once("data", () => socket.resume().write("SYNC\r\n"));
    await eventually("a sentinel takes it for a replica", async () => (await known()).some((count) => count > 2));
    socket.destroy();
  };
  const known = () =>
    Promise.all(
      sentinels.map(
        async (pod) =>
          ((await pod.with((client) => client.call("SENTINEL", "REPLICAS", labMasterName))) as unknown[]).length,
      ),
    );

  it("has the sentinels forget who only copied the data, and also the second time: they would hand it to who reads from replicas", async () => {
    await start();
    const master = await lab.settled();
    for (let time = 1; time <= 2; time++) {
      await copy(master);
      await eventually(
        "every sentinel knows two replicas again",
        async () => (await known()).every((count) => count === 2),
        { timeout: 120_000 },
      );
    }
    assert.equal(await lab.settled(), master);
  });
});
