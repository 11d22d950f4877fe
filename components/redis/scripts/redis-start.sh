#!/bin/sh
# Starts one Redis node of the sentinel topology, finds its role, and hands its mastership over when the pod is stopped.
#
# Redis starts *parked*: as the replica of an address where nobody listens. It loads its data and answers, so that its peers can see
# what it holds, but it takes no write and follows no one until `find_role` has decided.
set -eu
scripts=$(dirname "$0")
# shellcheck source=lib.sh
. "$scripts/lib.sh"
# shellcheck source=configuration.sh
. "$scripts/configuration.sh"
# shellcheck source=role.sh
. "$scripts/role.sh"
# shellcheck source=handover.sh
. "$scripts/handover.sh"
# shellcheck source=kernel.sh
. "$scripts/kernel.sh"

ended() { ! kill -0 "$redis" 2>/dev/null; }

stop() {
    # Not ignored but caught: an ignored signal stays so in every command that is started, and `timeout` could end none of them.
    trap : TERM INT
    hand_over
    log "stopping"
    # NOSAVE: the append-only file has every write and is synced on the way out; an RDB file now would only make the stop longer.
    refusal=$(ask_local SHUTDOWN NOSAVE)
    # It waits for its replicas for ten seconds at most. One that refused, or hangs, is told by a signal, well before the pod is killed.
    [ -z "$refusal" ] || log "stopping: $refusal"
    eventually 15 ended || { log "stopping: by signal"; kill -TERM "$redis"; }
    wait "$redis" || true
    exit 0
}

OWN=$(address_of redis "$POD_NAME")
[ -n "$OWN" ] || { log "$TOPOLOGY/redis does not name $POD_NAME: the StatefulSet has more pods than the program made addresses for"; exit 1; }
report_kernel
render_redis_configuration
redis-server "$RUN/redis.conf" --replicaof 127.0.0.1 1 &
redis=$!
trap stop TERM INT

find_role
# A signal ends `wait` early, with the trap already run; a crash of Redis ends the container with Redis's own code.
wait "$redis"
