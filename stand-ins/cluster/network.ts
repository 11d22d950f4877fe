import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../lib/run";
import { clusterNodes, control, network, type Node, type Space, spaces } from "./layout";

/**
 * The bridge lives in the control plane's namespace, and every cable ends there:
 *
 *   host (rgke-host) ----+
 *   node1..3 (eth0) -----+---- rgke-bridge, in rgke-control
 *
 * No namespace has a default route: there is no way out of the cluster.
 */
const netnsDir = "/run/netns";
const cidr = (address: string) => `${address}/${network.prefix}`;

export const netnsExists = (space: Space) => fs.existsSync(path.join(netnsDir, space.name));
export const hostCableExists = () => fs.existsSync(path.join("/sys/class/net", network.hostCable));

/** A list of ip commands in one process, in a namespace or on the host. */
const ip = (commands: readonly string[], space?: Space) =>
  run("ip", [...(space ? ["-n", space.name] : []), "-batch", "-"], { input: `${commands.join("\n")}\n` });

/** Settings of a namespace: it routes for its pods, and leaves the routes as they are. */
async function settings(space: Space): Promise<void> {
  const script = [
    "echo 1 > /proc/sys/net/ipv4/ip_forward",
    "echo 0 > /proc/sys/net/ipv4/conf/all/send_redirects",
    "echo 0 > /proc/sys/net/ipv4/conf/default/send_redirects",
    // Frames between nodes are no business of the rules for Services, which would drop what they did not see begin.
    "for f in /proc/sys/net/bridge/bridge-nf-call-*tables; do [ ! -e $f ] || echo 0 > $f; done",
  ];
  await runIn(space, ["/bin/sh", "-c", script.join("; ")]);
}

/** Runs a command in the namespace of the control plane or of a node. */
export const runIn = (space: Space, argv: readonly string[]) =>
  run("nsenter", [`--net=${path.join(netnsDir, space.name)}`, "--", ...argv]);

export async function createNetwork(): Promise<void> {
  await ip([`netns add ${control.name}`]);
  await settings(control);
  await ip(
    [
      "link set lo up",
      `link add ${network.bridge} address ${network.bridgeHardwareAddress} type bridge forward_delay 0`,
      `link set ${network.bridge} up`,
      `address add ${cidr(control.address)} dev ${network.bridge}`,
      ...clusterNodes.map((node) => `route add ${node.pods} via ${node.address}`),
    ],
    control,
  );
  await ip([
    `link add ${network.hostCable} type veth peer name host netns ${control.name}`,
    `address add ${cidr(network.hostAddress)} dev ${network.hostCable}`,
    `link set ${network.hostCable} up`,
  ]);
  await ip([`link set host master ${network.bridge} up`], control);
  await ip([
    ...clusterNodes.map((node) => `route add ${node.pods} via ${node.address} dev ${network.hostCable}`),
    `route add ${network.serviceRange} via ${control.address} dev ${network.hostCable}`,
  ]);
}

export async function createNodeNetwork(node: Node): Promise<void> {
  await ip([`netns add ${node.name}`]);
  await settings(node);
  await ip([`link add eth0 netns ${node.name} type veth peer name ${node.cable} netns ${control.name}`]);
  await ip([`link set ${node.cable} master ${network.bridge} up`], control);
  await ip(
    [
      "link set lo up",
      `address add ${cidr(node.address)} dev eth0`,
      "link set eth0 up",
      ...clusterNodes.filter((other) => other !== node).map((other) => `route add ${other.pods} via ${other.address}`),
      // A pod that is gone and a Service whose rules are not written yet swallow packets, as in a network with a way
      // out. An ICMP "unreachable" instead would stay in the error queue of a socket whose connection succeeds after
      // all, and a program that waits for events on it (Redis, Sentinel) would spin on EPOLLERR for as long as it
      // lives.
      `route add blackhole ${node.pods}`,
      `route add blackhole ${network.serviceRange}`,
    ],
    node,
  );
}

/** Pulls the node's cable, or plugs it in again. */
export const setCable = (node: Node, state: "up" | "down") =>
  ip([`link set ${node.cable} ${state}`], control).then(() => undefined);

/** Whether every node has its cable, plugged in. */
export async function allCablesUp(): Promise<boolean> {
  const links = JSON.parse(await run("ip", ["-n", control.name, "-json", "link"])) as {
    ifname: string;
    flags: string[];
  }[];
  return clusterNodes.every(
    (node) => netnsExists(node) && links.some((link) => link.ifname === node.cable && link.flags.includes("UP")),
  );
}

/** Deleting a namespace takes its ends of the cables with it, and a cable goes when one end does. */
export async function deleteNetns(space: Space): Promise<void> {
  if (!netnsExists(space)) return;
  // The cable is deleted by hand: a namespace lives on as long as a dying process is still in it, and the name is
  // needed again.
  if (space !== control && netnsExists(control))
    await ip([`link delete ${space.cable}`], control).catch(() => undefined);
  await ip([`netns delete ${space.name}`]);
}

export async function deleteNetwork(): Promise<void> {
  for (const space of spaces) await deleteNetns(space);
  if (hostCableExists()) await ip([`link delete ${network.hostCable}`]).catch(() => undefined);
  await unmountEmptyNetnsDir();
}

/** `ip netns add` mounts its folder on itself and leaves it so. */
async function unmountEmptyNetnsDir(): Promise<void> {
  if (!fs.existsSync(netnsDir) || fs.readdirSync(netnsDir).length > 0) return;
  const mounted = () =>
    fs
      .readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .some((line) => line.split(" ")[1] === netnsDir);
  if (mounted()) await run("umount", [netnsDir]);
}
