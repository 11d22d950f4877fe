#!/bin/sh
# Starts one sentinel, and lets it go on for a while once it is told to stop.
#
# What it knows outlives the pod in $DATA/sentinel.conf, which Sentinel rewrites; it is rebuilt here at each start from
# the program's settings, this pod's own identity, and only those lines of the old file that are Sentinel's memory.
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=sentinel-memory.sh
. "$scripts/sentinel-memory.sh"
# shellcheck source=sentinel-watch.sh
. "$scripts/sentinel-watch.sh"

# How long a sentinel that is told to stop goes on, in seconds.
: "${LINGER:=3}"

find_own_address() {
    OWN=$(address_of sentinels "$POD_NAME")
    [ -n "$OWN" ] || {
        log "$TOPOLOGY/sentinels does not name $POD_NAME: the StatefulSet has more pods than the program made addresses for"
        exit 1
    }
}

# Sets $master. On the very first start nobody knows one until a Redis node has taken that role.
find_master() {
    if [ -f "$corrected" ]; then master=$(cat "$corrected"); else master=$(memory | awk '$2 == "monitor" { print $4 }'); fi
    if [ -n "$master" ] && ! in_topology redis "$master"; then
        log "forgetting $master, which was the master: it is nobody's address any more"
        master=
    fi
    waited=
    while [ -z "$master" ]; do
        [ -n "$waited" ] || log "waiting: no sentinel and no Redis node names a master yet"
        waited=yes
        master=$(named_by_majority)
        # The others may not have seen yet that a Service was made again.
        in_topology redis "$master" || master=$(peer_master)
        [ -n "$master" ] || sleep 0.3
    done
    log "the master is $master"
}

write_configuration() {
    {
        cat "$CONFIG/sentinel.conf"
        # Deterministic, so that a sentinel that lost its disk comes back as itself and not as a fourth one.
        printf 'sentinel myid %s\n' "$(printf '%s/%s' "$MASTER_NAME" "$POD_NAME" | sha1sum | cut -c1-40)"
        printf 'sentinel announce-ip %s\n' "$OWN"
        printf 'requirepass %s\nsentinel sentinel-pass %s\n' "$REDISCLI_AUTH" "$REDISCLI_AUTH"
        printf 'sentinel monitor %s %s %s %s\n' "$MASTER_NAME" "$master" "$redis_port" "$QUORUM"
        printf 'sentinel auth-pass %s %s\n' "$MASTER_NAME" "$REDISCLI_AUTH"
        knowledge "$master"
    } >"$state.new"
    # Moved, not written in place: a power cut in between must leave the old memory or the new one, never half a file.
    mv "$state.new" "$state"
    rm -f "$corrected"
    remember_topology
}

# A node that is drained stops its Redis and its sentinel at the same moment. The sentinel goes on until the Redis
# beside it has handed over and clients have found the new master: whoever asks a sentinel that has just gone waits for
# an answer until its patience ends. By then Kubernetes has also taken the pod out of the Service of all sentinels.
# shellcheck disable=SC2317 # the trap below calls it
stop() {
    log "stopping in $LINGER s: a handover, and clients that look for the master, may need this sentinel until then"
    sleep "$LINGER"
    kill -TERM "$sentinel_pid"
    wait "$sentinel_pid" || true
    exit 0
}

umask 077
# One that an earlier container left is an old story.
rm -f "$corrected"
look_at_topology
while :; do
    # The first process of a container ignores a signal that it has no trap for, and would wait for the kill.
    trap 'exit 0' TERM INT
    find_own_address
    find_master
    write_configuration
    # Not in this shell's place: as the first process of the container Sentinel would complain of every process that it
    # did not start, some twice a second.
    redis-sentinel "$state" &
    # A name that no loop over the sentinels has: the functions share the variables of this shell, and a stop would go
    # to an address.
    sentinel_pid=$!
    trap stop TERM INT
    watch_sentinel &
    # A signal ends `wait` early, with the trap already run, which ends the script.
    code=0
    wait "$sentinel_pid" || code=$?
    look_at_topology
    # Then it was told to end by watch_addresses or watch_master, and starts again with what it knows.
    [ -n "$(new_addresses)" ] || [ -f "$corrected" ] || {
        log "crash: redis-sentinel ended with code $code"
        exit "$code"
    }
done
