import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import Redis from "ioredis";
import type { OnDamage, RedisArgs } from "../../components/redis";
import { redisConf } from "../../components/redis/rendered/redis-conf";
import { sentinelConf } from "../../components/redis/rendered/sentinel-conf";
import { restoreChoice } from "../../components/redis/rules/restore-choice";
import { podScripts, scriptKinds } from "../../components/redis/objects/scripts";
import { withDefaults } from "../../components/redis/settings";
import { endpointPorts } from "../../components/redis/contract";
import { haproxyConf } from "../../components/redis/rendered/haproxy-cfg";
import { haproxyRootTree, redisRootTree } from "../../stand-ins/images";
import { eventually } from "./eventually";

export const labPassword = "a-password-of-the-lab";
export const labMasterName = "lab-redis";

/** What the component is told; the rest is its defaults. */
export type LabOptions = Pick<RedisArgs, "settings" | "persistence" | "resources">;

/**
 * Runs the pod scripts as a pod would: in the image's own root tree (its BusyBox shell, its Redis), each pod as
 * processes with an address of its own on loopback, the folders that the pod mounts, and a signal to stop. Only the
 * container is missing.
 */
export class PodLab {
  readonly pods = new Map<string, Pod>();
  /** A part of loopback of its own: two runs on one machine must not take each other's nodes for their own. */
  private readonly subnet = `127.${1 + Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}`;
  private endpointProcess?: ChildProcess;
  private constructor(
    readonly root: string,
    private readonly options: LabOptions,
  ) {
    // A run that ends in the middle of a test takes its processes with it.
    process.once("exit", this.killAll);
  }

  /** In the root tree of the redis image, unless told another one. */
  static async create(options: LabOptions = {}, tree?: string): Promise<PodLab> {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "redis-gke-lab-"));
    execFileSync("cp", ["-a", `${tree ?? (await redisRootTree())}/.`, root]);
    fs.mkdirSync(path.join(root, "dev"), { recursive: true });
    for (const [name, minor] of [
      ["null", "3"],
      ["urandom", "9"],
    ] as const) {
      if (!fs.existsSync(path.join(root, "dev", name)))
        execFileSync("mknod", ["-m", "666", path.join(root, "dev", name), "c", "1", minor]);
    }
    const scripts = path.join(root, "scripts");
    fs.mkdirSync(scripts, { recursive: true });
    for (const [name, text] of scriptKinds.flatMap((kind) => Object.entries(podScripts(kind))))
      fs.writeFileSync(path.join(scripts, name), text);
    return new PodLab(root, options);
  }

  /** The pods of a sentinel topology, not yet started: redis-0.. and redis-sentinel-0... */
  sentinelTopology(replicas = 3, sentinels = 3): { redis: Pod[]; sentinels: Pod[] } {
    const redis = Array.from({ length: replicas }, (_, n) => this.pod(`redis-${n}`, 10 + n, 6379, "redis-start.sh"));
    const watchers = Array.from({ length: sentinels }, (_, n) =>
      this.pod(`redis-sentinel-${n}`, 20 + n, 26379, "sentinel-start.sh"),
    );
    this.writeTopology(redis, watchers);
    return { redis, sentinels: watchers };
  }

  /**
   * Which nodes there are, as the program tells every pod, the running ones too; or only those whose kubelet has
   * renewed it.
   */
  writeTopology(redis: Pod[], sentinels: Pod[], told: Iterable<Pod> = this.pods.values()): void {
    const table = (pods: Pod[]) => pods.map((pod) => `${pod.name} ${pod.address}\n`).join("");
    for (const pod of told) {
      for (const [kind, pods] of [
        ["redis", redis],
        ["sentinels", sentinels],
      ] as const) {
        // Whole at once, as the kubelet renews a file of a ConfigMap.
        fs.writeFileSync(pod.file(`renewed-${kind}`), table(pods));
        fs.renameSync(pod.file(`renewed-${kind}`), pod.file(`topology/${kind}`));
      }
    }
  }

  /**
   * The Services of these pods are made again: from now on each pod answers at another address, which no list of any
   * pod names yet.
   */
  async makeServicesAgain(pods: Pod[]): Promise<void> {
    for (const pod of pods) await pod.moveTo(`${this.subnet}.${Number(pod.address.split(".")[3]) + 100}`);
  }

  /** The init container that waits for the kernel. */
  kernelGate(): Pod {
    return this.pod("redis-0", 10, 6379, "kernel-wait.sh");
  }

  standalone(): Pod {
    return this.pod("redis-0", 10, 6379, "standalone-start.sh");
  }

  /** Another Redis, whose archives are restored. */
  source(): Pod {
    return this.pod("source-0", 40, 6379, "standalone-start.sh");
  }

  /** `host` ends its address, and 50 more that of its own loopback. */
  private pod(name: string, host: number, port: number, startScript: string): Pod {
    const pod = new Pod(this.root, name, `${this.subnet}.${host}`, `${this.subnet}.${host + 50}`, port, startScript);
    const mode = startScript === "standalone-start.sh" ? "standalone" : "sentinel";
    const settings = withDefaults("redis", "lab", {
      mode,
      masterName: mode === "sentinel" ? labMasterName : undefined,
      ...this.options,
    });
    for (const [file, conf] of [
      ["redis.conf", redisConf(settings)],
      ["sentinel.conf", sentinelConf(settings)],
    ] as const) {
      fs.writeFileSync(pod.file(`config/${file}`), conf.replace(/^dir .*$/m, `dir ${pod.inside("data")}`));
    }
    pod.bind();
    this.pods.set(name, pod);
    return pod;
  }

  /** The endpoint's HAProxy over the sentinel topology, with the rendered configuration; its address. */
  async startEndpoint(redis: Pod[], sentinels: Pod[]): Promise<string> {
    const address = `${this.subnet}.30`;
    const conf = haproxyConf(
      withDefaults("redis", "lab", { mode: "sentinel", masterName: labMasterName }),
      redis,
      sentinels,
    )
      .replace(/bind :/g, `bind ${address}:`)
      .replaceAll("addr 127.0.0.1 ", `addr ${address} `);
    const file = path.join(this.root, "haproxy.cfg");
    fs.writeFileSync(file, conf);
    const tree = await haproxyRootTree();
    // Its own libraries out of the image's root tree, without a root directory of its own: it needs the one file from
    // here.
    const loader = path.join(tree, "lib64", "ld-linux-x86-64.so.2");
    this.endpointProcess = spawn(
      loader,
      [
        "--library-path",
        path.join(tree, "usr/lib/x86_64-linux-gnu"),
        path.join(tree, "usr/local/sbin/haproxy"),
        "-db",
        "-f",
        file,
      ],
      { env: { REDISCLI_AUTH: labPassword }, stdio: ["ignore", "ignore", "ignore"] },
    );
    await eventually(
      "the endpoint listens",
      async () => (await fetch(`http://${address}:${endpointPorts.health}/health`)).ok,
    );
    return address;
  }

  /**
   * A shell function that stands in for one of a script's, in every pod that starts from now on: for what no test can
   * time from outside.
   */
  addToScript(name: string, text: string): void {
    fs.appendFileSync(path.join(this.root, "scripts", name), `${text}\n`);
  }

  /** The programs of another image, in every pod that starts from now on; those that run keep what they run. */
  useImage(tree: string): void {
    execFileSync("cp", ["-a", "--remove-destination", `${tree}/.`, this.root]);
  }

  /** Every pod that does not run. */
  startAll(): void {
    for (const pod of this.pods.values()) if (!pod.running) pod.start();
  }

  /** Of every pod at once. */
  powerCut(): Promise<unknown> {
    return Promise.all([...this.pods.values()].map((pod) => pod.kill()));
  }

  /**
   * The master, once two replicas are in sync with it, and all sentinels that run name it, find it well and know each
   * other.
   */
  settled(): Promise<Pod> {
    return eventually(
      "one master, two replicas in sync, all sentinels name the master and know each other",
      async () => {
        const master = await this.master();
        const sentinels = [...this.pods.values()].filter(({ port, running }) => port === 26379 && running);
        const online = Object.values(await master.info("replication")).filter((value) =>
          value.includes("state=online"),
        ).length;
        const [named, know] = await Promise.all([
          Promise.all(sentinels.map((pod) => pod.namedMaster())),
          Promise.all(sentinels.map((pod) => pod.info("sentinel"))),
        ]);
        return (
          online === 2 &&
          named.every((address) => address === master.address) &&
          know.every((view) => view.master0?.includes("status=ok") && view.master0.includes("slaves=2,sentinels=3")) &&
          master
        );
      },
    );
  }

  /** The one pod that says it is master; fails while there is none, or more than one. */
  async master(): Promise<Pod> {
    return eventually("exactly one master", async () => {
      const data = [...this.pods.values()].filter((pod) => pod.port === 6379 && pod.running);
      const roles = await Promise.all(data.map(async (pod) => (await pod.info("replication")).role));
      const masters = data.filter((_, index) => roles[index] === "master");
      return masters.length === 1 ? masters[0] : undefined;
    });
  }

  /** The end of every pod's log, for a test that failed. */
  logs(): string {
    return [...this.pods.values()]
      .map((pod) => `--- ${pod.name}\n${pod.output.split("\n").slice(-25).join("\n")}`)
      .join("\n");
  }

  private readonly killAll = () => {
    this.endpointProcess?.kill("SIGKILL");
    for (const pod of this.pods.values()) void pod.kill();
  };

  async destroy(): Promise<void> {
    process.off("exit", this.killAll);
    this.killAll();
    await Promise.all([...this.pods.values()].map((pod) => pod.exit()));
    fs.rmSync(this.root, { recursive: true, force: true });
  }
}

const isRedis = (pid: number): boolean => fs.readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("redis-server");

export class Pod {
  output = "";
  /** How long this sentinel waits before it takes a master for lost, in milliseconds; to be set before it starts. */
  set downAfter(milliseconds: number) {
    const file = this.file("config/sentinel.conf");
    const conf = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, conf.replace(/^(sentinel down-after-milliseconds \S+) .*/m, `$1 ${milliseconds}`));
  }
  /** A sentinel's: how many seconds it goes on once it is told to stop. */
  linger = 0;
  /** What `persistence.onDamage` says, from the next start on. */
  onDamage: OnDamage = "stop";
  /** What `restore` says, from the next start on: its init containers run first, in the same process group. */
  restore?: { from: string; root: string };
  private child?: ChildProcess;
  private exited: Promise<number | null> = Promise.resolve(null);

  /** `address` is that of its Service, at which others find it; `local` its own loopback. */
  constructor(
    private readonly root: string,
    readonly name: string,
    public address: string,
    private readonly local: string,
    readonly port: number,
    private readonly startScript: string,
  ) {
    for (const folder of ["data", "run", "config", "topology", "kernel"])
      fs.mkdirSync(this.file(folder), { recursive: true });
    this.kernel({ enabled: "always madvise [never]", overcommit_memory: "1", somaxconn: "4096" });
  }

  /** Where a file of the pod is, for the scripts and for the test. */
  inside(name: string) {
    return `/pods/${this.name}/${name}`;
  }
  file(name: string) {
    return path.join(this.root, this.inside(name));
  }

  /** In a pod every address is its own; here each has to keep to its two, for they share a loopback. */
  bind(): void {
    for (const file of ["redis.conf", "sentinel.conf"])
      fs.writeFileSync(
        this.file(`config/${file}`),
        fs
          .readFileSync(this.file(`config/${file}`), "utf8")
          .replace(/^bind .*$/m, `bind ${this.address} ${this.local}`),
      );
  }

  /**
   * Its Service has another address from now on. Connections that are there stay, as they do in a cluster. A Redis that
   * runs listens there at once and nowhere else; a sentinel, which cannot, once it is started again.
   */
  async moveTo(address: string): Promise<void> {
    if (this.running && this.port === 6379)
      await this.with((client) => client.config("SET", "bind", `${address} ${this.local}`));
    this.address = address;
    this.bind();
  }

  /** What the pod finds of its kernel; undefined: no such file. */
  kernel(values: Record<string, string | undefined>): void {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) fs.rmSync(this.file(`kernel/${name}`), { force: true });
      else fs.writeFileSync(this.file(`kernel/${name}`), `${value}\n`);
    }
  }

  /** What `kubectl describe pod` would show of a container that ended. */
  get terminationMessage() {
    return fs.readFileSync(this.file("termination-log"), "utf8");
  }

  get running() {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private get env(): NodeJS.ProcessEnv {
    return {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      POD_NAME: this.name,
      REDISCLI_AUTH: labPassword,
      MASTER_NAME: labMasterName,
      LOCAL: this.local,
      ON_DAMAGE: this.onDamage,
      TERMINATION_LOG: this.inside("termination-log"),
      DATA: this.inside("data"),
      RUN: this.inside("run"),
      CONFIG: this.inside("config"),
      TOPOLOGY: this.inside("topology"),
      NODE_NAME: "lab-node",
      HUGE_PAGES: this.inside("kernel"),
      OVERCOMMIT: this.inside("kernel/overcommit_memory"),
      SOMAXCONN: this.inside("kernel/somaxconn"),
      RESTORE: this.inside("restore"),
      WORK: this.inside("work"),
      RCLONE_CONFIG: "/dev/null",
      RCLONE_CONFIG_ARCHIVE_TYPE: "local",
      QUORUM: "2",
      WATCH_PERIOD: "1",
      LINGER: String(this.linger),
      FORGET_PERIOD: "5",
      DISK_PERIOD: "1",
      ROLE_PERIOD: "1",
    };
  }

  start(): this {
    this.output = "";
    fs.writeFileSync(this.file("termination-log"), "");
    const command = [
      ...this.writeRestore().map((script) => `sh /scripts/${script} && `),
      `exec sh /scripts/${this.startScript}`,
    ].join("");
    // A process group of its own, so that a kill takes Redis with its supervisor, as the kernel does with a container.
    const child = spawn("/usr/sbin/chroot", [this.root, "/bin/sh", "-c", command], {
      env: this.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    this.exited = new Promise((resolve) => child.on("close", (code) => resolve(code)));
    return this;
  }

  /** The ConfigMap that says which archive, and the scripts of the init containers that read it. */
  private writeRestore(): string[] {
    fs.rmSync(this.file("restore"), { recursive: true, force: true });
    if (!this.restore) return [];
    for (const folder of ["restore", "work"]) fs.mkdirSync(this.file(folder), { recursive: true });
    const choice = restoreChoice(this.restore.from);
    if (choice === undefined) throw new Error(`${this.restore.from} is no choice of an archive`);
    fs.writeFileSync(this.file("restore/from"), choice);
    fs.writeFileSync(this.file("restore/root"), this.restore.root);
    return ["restore-fetch.sh", "restore-check.sh"];
  }

  /** As Kubernetes stops a pod: SIGTERM to the container's first process; resolves to its exit code. */
  stop(): Promise<number | null> {
    if (this.running) process.kill(this.child!.pid!, "SIGTERM");
    return this.exited;
  }

  /** As a power cut: everything at once. */
  kill(): Promise<number | null> {
    if (this.running) process.kill(-this.child!.pid!, "SIGKILL");
    return this.exited;
  }

  /** What its volume held is gone. */
  loseDisk(): void {
    fs.rmSync(this.file("data"), { recursive: true });
    fs.mkdirSync(this.file("data"));
  }

  /** As a node that hangs: its kernel goes on accepting connections, and nobody answers. */
  hang(): void {
    process.kill(-this.child!.pid!, "SIGSTOP");
  }

  resume(): void {
    process.kill(-this.child!.pid!, "SIGCONT");
  }

  /** Waits until its readiness probe succeeds. */
  ready(options?: { timeout?: number; every?: number }): Promise<true> {
    return eventually(
      `${this.name} is ready`,
      () => {
        if (!this.running) throw new Error(`ended:\n${this.output}`);
        return this.probe("redis-ready.sh").code === 0;
      },
      options,
    );
  }

  /**
   * Waits for something in its log: a script does a thing and logs it afterwards, and what it logs arrives here later
   * still.
   */
  says(pattern: RegExp): Promise<boolean> {
    return eventually(`${this.name} says ${pattern}`, () => pattern.test(this.output));
  }

  /** Its shell and what that has started. */
  get processes(): number[] {
    const shell = this.child!.pid!;
    return [
      shell,
      ...fs.readFileSync(`/proc/${shell}/task/${shell}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number),
    ];
  }

  /** What runs beside Redis stands still, until the function that it returns is called. */
  holdWatches(): () => void {
    const watches = this.processes.slice(1).filter((pid) => !isRedis(pid));
    for (const pid of watches) process.kill(pid, "SIGSTOP");
    return () => {
      for (const pid of watches) process.kill(pid, "SIGCONT");
    };
  }

  /** As a crash of Redis alone, whose supervisor lives. */
  crash(signal: NodeJS.Signals = "SIGKILL"): void {
    this.signalRedis(signal);
  }

  signalRedis(signal: NodeJS.Signals): void {
    const server = this.processes.find(isRedis);
    if (server === undefined) throw new Error(`${this.name} has no Redis process`);
    process.kill(server, signal);
  }

  /** One of a sentinel's own clocks, in milliseconds; set to another value where one is given. */
  async clock(name: string, milliseconds?: number): Promise<number> {
    const debug = (...words: (string | number)[]) => this.with((client) => client.call("SENTINEL", "DEBUG", ...words));
    if (milliseconds !== undefined) await debug(name, milliseconds);
    const clocks = (await debug()) as string[];
    return Number(clocks[clocks.findIndex((found) => found.toUpperCase() === name) + 1]);
  }

  exit(): Promise<number | null> {
    return this.exited;
  }

  /** Runs a probe script in the pod; its exit code and what it printed. */
  probe(script: string, ...args: string[]): { code: number; output: string } {
    return this.shell(`/scripts/${script}`, ...args);
  }

  /** As its start script has them: functions of the scripts it is made of. */
  call(scripts: string[], command: string): { code: number; output: string } {
    return this.shell("-c", `set -eu; ${scripts.map((script) => `. /scripts/${script}; `).join("")}${command}`);
  }

  private shell(...args: string[]): { code: number; output: string } {
    try {
      return {
        code: 0,
        output: execFileSync("/usr/sbin/chroot", [this.root, "/bin/sh", ...args], { env: this.env, encoding: "utf8" }),
      };
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return { code: status, output: stdout };
    }
  }

  async with<T>(use: (client: Redis) => Promise<T>, password = labPassword): Promise<T> {
    const client = new Redis({
      host: this.address,
      port: this.port,
      password,
      lazyConnect: true,
      retryStrategy: null,
      enableReadyCheck: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 20_000,
    });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return await use(client);
    } finally {
      client.disconnect();
    }
  }

  async info(section: string): Promise<Record<string, string>> {
    const text = await this.with((client) => client.info(section));
    return Object.fromEntries(
      text
        .split("\r\n")
        .filter((line) => line.includes(":"))
        .map((line) => line.split(/:(.*)/s).slice(0, 2) as [string, string]),
    );
  }

  /** A sentinel's SENTINEL MASTER: where it leads a failover the old one, for a second longer than it names that. */
  async shownMaster(): Promise<{ address: string; flags: string }> {
    const master = (await this.with((client) => client.call("SENTINEL", "MASTER", labMasterName))) as string[];
    const of = (key: string) => master[master.indexOf(key) + 1]!;
    return { address: of("ip"), flags: of("flags") };
  }

  /** What the sentinels say: the address of the master. */
  async namedMaster(): Promise<string | undefined> {
    const reply = (await this.with((client) => client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", labMasterName))) as
      string[] | null;
    return reply?.[0];
  }
}
