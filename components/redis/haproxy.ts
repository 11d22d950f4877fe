import type { RedisSettings } from "./args";
import { redisPort, sentinelPort } from "./configuration";
import { majority } from "./settings";

/** A pod and the address of its own Service. */
export interface Node {
  name: string;
  address: string;
}

/** Where the endpoint's pods answer: the master, the replicas, and their own health. */
export const endpointPorts = { master: 6379, read: 6380, health: 8404 } as const;

// HAProxy takes the password from its environment, in double quotes, where nothing but `$`, `\` and `"` is special. `min-recv 0` makes
// the first reply conclusive: a node that stopped being master would otherwise keep its sessions until the check times out.
const check = (command: string, reply: string) => [
  "  option tcp-check",
  "  tcp-check connect",
  `  tcp-check send "AUTH \${REDISCLI_AUTH}\\r\\n"`,
  "  tcp-check expect string +OK",
  `  tcp-check send "${command}\\r\\n"`,
  `  tcp-check expect min-recv 0 string "${reply.replaceAll("$", "\\$")}"`,
];
const address = (host: string, port: number) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

/** One vote for `node` from each sentinel that names it as the master. */
function votes(node: Node, sentinels: readonly Node[], masterName: string): string[] {
  return [
    `backend votes-${node.name}`,
    ...check(`SENTINEL GET-MASTER-ADDR-BY-NAME ${masterName}`, `${node.address}\\r\\n`),
    ...sentinels.map((sentinel) => `  server ${sentinel.name} ${address(sentinel.address, sentinelPort)} check inter 1s fall 1 rise 1`),
    "",
  ];
}

/**
 * The node itself says that it is master. Who cuts the sessions of one that is master no longer, so that a pooled connection does not
 * read `READONLY` for ever: its own handover, or the sentinel that demotes it; where neither reaches it, TCP, two seconds after data
 * went unanswered. HAProxy's `on-marked-down shutdown-sessions` would be the fourth, but a connection that is just being made to such
 * a node is then never finished and never closed, and its client waits for ever (seen with 3.0.11, in one of two moves).
 */
function master(node: Node): string[] {
  return [
    `backend master-${node.name}`,
    ...check("ROLE", "$6\\r\\nmaster\\r\\n"),
    `  server ${node.name} ${address(node.address, redisPort)} check inter 500ms fall 1 rise 1 tcp-ut 2s`,
    "",
  ];
}

function replicas(nodes: readonly Node[]): string[] {
  return [
    "backend replicas",
    "  balance leastconn",
    ...check("ROLE", "$9\\r\\nconnected\\r\\n"),
    ...nodes.map((node) => `  server ${node.name} ${address(node.address, redisPort)} check inter 1s fall 1 rise 1 tcp-ut 2s`),
    "",
  ];
}

/**
 * haproxy.cfg of the endpoint. A connection goes to the one node that says it is master *and* that a majority of the sentinels names;
 * without one it is refused, never sent somewhere else. Reads go to replicas with a live link, or to the master if there is none.
 */
export function haproxyConf(settings: RedisSettings, nodes: readonly Node[], sentinels: readonly Node[]): string {
  const isMaster = (node: Node) => `{ nbsrv(votes-${node.name}) ge ${majority(sentinels.length)} } { nbsrv(master-${node.name}) ge 1 }`;
  return [
    "global",
    "  log stdout format raw local0 notice",
    // Each connection takes two file descriptors and, while it moves data, two buffers of 16 KiB: 4,000 fit the pod.
    "  maxconn 4000",
    // A stop lets the sessions go, which in Redis may last for days: clients reconnect to another endpoint pod.
    "  hard-stop-after 1s",
    "",
    "defaults",
    "  mode tcp",
    "  log global",
    "  option dontlognull",
    "  timeout connect 1s",
    // A node that refuses has just stopped being master: waiting for it would hold the client back from finding the next one.
    "  retries 0",
    "  timeout queue 100ms",
    "  timeout check 2s",
    // Redis connections may be silent for hours (subscribers, pools): a dead peer is found by keepalive, not by a time limit.
    "  timeout client 1d",
    "  timeout server 1d",
    "  option clitcpka",
    "  option srvtcpka",
    "",
    "frontend master",
    `  bind :${endpointPorts.master}`,
    ...nodes.map((node) => `  use_backend master-${node.name} if ${isMaster(node)}`),
    "  default_backend nobody",
    "",
    "frontend read",
    `  bind :${endpointPorts.read}`,
    "  use_backend replicas if { nbsrv(replicas) ge 1 }",
    ...nodes.map((node) => `  use_backend master-${node.name} if ${isMaster(node)}`),
    "  default_backend nobody",
    "",
    "frontend health",
    "  mode http",
    "  timeout client 5s",
    `  bind :${endpointPorts.health}`,
    "  monitor-uri /health",
    "",
    // No server: the connection is closed at once, and the client's own retry finds the next master.
    "backend nobody",
    "  tcp-request content reject",
    "",
    ...nodes.flatMap((node) => [...master(node), ...votes(node, sentinels, settings.masterName)]),
    ...replicas(nodes),
  ].join("\n");
}
