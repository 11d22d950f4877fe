import type { RedisSettings } from "../args";
import { endpointPorts, passwordVariable, redisPort, sentinelPort, type PodAddress } from "../contract";
import { majority } from "../defaults";

const address = (host: string, port: number) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

// HAProxy takes the password from its environment, in double quotes, where nothing but `$`, `\` and `"` is special.
// `min-recv 0` makes the first reply conclusive: a node that stopped being master would otherwise be given new
// connections until the check times out, two seconds later.
const check = (command: string, expected: string) => [
  "  option tcp-check",
  "  tcp-check connect",
  `  tcp-check send "AUTH \${${passwordVariable}}\\r\\n"`,
  "  tcp-check expect string +OK",
  `  tcp-check send "${command}\\r\\n"`,
  `  tcp-check expect min-recv 0 ${expected}`,
];
const string = (text: string) => `string "${text.replaceAll("$", "\\$")}"`;

/**
 * Each sentinel is asked once for whom it names, whatever the number of nodes; the reply is kept for as long as it
 * answers.
 */
function sentinel(node: PodAddress, index: number, masterName: string): string[] {
  return [
    `backend ${node.name}`,
    ...check(`SENTINEL GET-MASTER-ADDR-BY-NAME ${masterName}`, string("*2\\r\\n")),
    `  tcp-check set-var(proc.named_${index}) res.payload(0,0)`,
    `  server ${node.name} ${address(node.address, sentinelPort)} check inter 200ms fall 1 rise 1`,
    "",
  ];
}

/** Counts the sentinels that name each node, for this connection: `txn.votes_<ordinal>`. */
const countVotes = (nodes: readonly PodAddress[], sentinels: readonly PodAddress[]) =>
  nodes.flatMap((node, ordinal) => [
    `  tcp-request content set-var(txn.votes_${ordinal}) int(0)`,
    ...sentinels.map(
      ({ name }, index) =>
        `  tcp-request content set-var(txn.votes_${ordinal}) var(txn.votes_${ordinal}),add(1) if { nbsrv(${name}) ge 1 } { var(proc.named_${index}) -m sub "\\r\\n${node.address}\\r\\n" }`,
    ),
  ]);

/** The node itself says that it is master. */
const role = (node: PodAddress) => [
  `backend role-${node.name}`,
  ...check("ROLE", string("$6\\r\\nmaster\\r\\n")),
  `  server ${node.name} ${address(node.address, redisPort)} check inter 200ms fall 1 rise 1`,
  "",
];

/**
 * The sessions of a master. Its own handover cuts them, or the sentinel that demotes it, so that a pooled connection
 * does not read `READONLY` for ever; where a node does not answer at all TCP does, two seconds after data went
 * unanswered. A node that hangs while its kernel goes on acknowledging is left to this check, of this very HAProxy:
 * does no majority name another node? Only its second failure counts, half a second after the last connection was sent
 * there: one that is still being made when HAProxy (3.0.11) cuts the sessions is neither finished nor closed, and its
 * client waits for ever.
 */
const master = (node: PodAddress) => [
  `backend master-${node.name}`,
  `  option httpchk GET /keeps/${node.name}`,
  `  server ${node.name} ${address(node.address, redisPort)} check addr 127.0.0.1 port ${endpointPorts.health} inter 300ms downinter 100ms fall 2 rise 1 on-marked-down shutdown-sessions tcp-ut 2s`,
  "",
];

/** Replicas whose link to the master is up, and which heard of it not longer ago than a master may be without them. */
function replicas(nodes: readonly PodAddress[], maxLag: number): string[] {
  const seconds = Array.from({ length: maxLag + 1 }, (_, n) => n).join("|");
  return [
    "backend replicas",
    "  balance leastconn",
    ...check(
      "INFO replication",
      `rstring "master_link_status:up\\r\\nmaster_last_io_seconds_ago:(${seconds})\\r\\nmaster_sync_in_progress:0\\r\\n"`,
    ),
    ...nodes.map(
      (node) => `  server ${node.name} ${address(node.address, redisPort)} check inter 1s fall 1 rise 1 tcp-ut 2s`,
    ),
    "",
  ];
}

/**
 * haproxy.cfg of the endpoint. A connection goes to the one node that says it is master *and* that a majority of the
 * sentinels names; without one it is refused, never sent somewhere else. Reads go to replicas in sync, or to the master
 * if there is none.
 */
export function haproxyConf(
  settings: RedisSettings,
  nodes: readonly PodAddress[],
  sentinels: readonly PodAddress[],
): string {
  const named = (ordinal: number) => `{ var(txn.votes_${ordinal}) -m int ge ${majority(sentinels.length)} }`;
  const toMaster = nodes.map(
    (node, ordinal) => `  use_backend master-${node.name} if ${named(ordinal)} { nbsrv(role-${node.name}) ge 1 }`,
  );
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
    // Shorter than it takes to cut the sessions of a node, see below.
    "  timeout connect 400ms",
    // A node that refuses has just stopped being master: waiting for it would hold the client back from finding the
    // next one.
    "  retries 0",
    "  timeout queue 100ms",
    "  timeout check 2s",
    // Redis connections may be silent for hours (subscribers, pools): a dead peer is found by keepalive, not by a time
    // limit.
    "  timeout client 1d",
    "  timeout server 1d",
    "  option clitcpka",
    "  option srvtcpka",
    "",
    "frontend master",
    `  bind :${endpointPorts.master}`,
    ...countVotes(nodes, sentinels),
    ...toMaster,
    "  default_backend nobody",
    "",
    "frontend read",
    `  bind :${endpointPorts.read}`,
    ...countVotes(nodes, sentinels),
    "  use_backend replicas if { nbsrv(replicas) ge 1 }",
    ...toMaster,
    "  default_backend nobody",
    "",
    "frontend health",
    "  mode http",
    "  timeout client 5s",
    `  bind :${endpointPorts.health}`,
    "  monitor-uri /health",
    ...countVotes(nodes, sentinels),
    ...nodes.flatMap((node, ordinal) =>
      nodes.flatMap((_, other) =>
        other === ordinal ? [] : [`  http-request return status 503 if { path /keeps/${node.name} } ${named(other)}`],
      ),
    ),
    "  http-request return status 200",
    "",
    // No server: the connection is closed at once, and the client's own retry finds the next master.
    "backend nobody",
    "  tcp-request content reject",
    "",
    ...nodes.flatMap((node) => [...role(node), ...master(node)]),
    ...sentinels.flatMap((node, index) => sentinel(node, index, settings.masterName)),
    ...replicas(nodes, settings.failover.maxLag),
  ].join("\n");
}
