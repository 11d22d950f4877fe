#!/bin/sh
# Starts one Redis node of the sentinel topology, finds its role, replaces it at once should it crash, and hands its
# mastership over when the pod is stopped.
#
# Redis starts *parked*: as the replica of an address where nobody listens. It loads its data and answers, so that its
# peers can see what it holds, but it takes no write and follows no one until `find_role` has decided.
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=../shared/volume.sh
. "$scripts/volume.sh"
# shellcheck source=own-address.sh
. "$scripts/own-address.sh"
# shellcheck source=follow-only.sh
. "$scripts/follow-only.sh"
# shellcheck source=configuration.sh
. "$scripts/configuration.sh"
# shellcheck source=damage.sh
. "$scripts/damage.sh"
# shellcheck source=repair.sh
. "$scripts/repair.sh"
# shellcheck source=seeding.sh
. "$scripts/seeding.sh"
# shellcheck source=load.sh
. "$scripts/load.sh"
# shellcheck source=seed.sh
. "$scripts/seed.sh"
# shellcheck source=failover.sh
. "$scripts/failover.sh"
# shellcheck source=freshest.sh
. "$scripts/freshest.sh"
# shellcheck source=clients.sh
. "$scripts/clients.sh"
# shellcheck source=role.sh
. "$scripts/role.sh"
# shellcheck source=watch-role.sh
. "$scripts/watch-role.sh"
# shellcheck source=successors.sh
. "$scripts/successors.sh"
# shellcheck source=handover.sh
. "$scripts/handover.sh"
# shellcheck source=clean-stop.sh
. "$scripts/clean-stop.sh"
# shellcheck source=disk.sh
. "$scripts/disk.sh"
# shellcheck source=../../../kernel/scripts/kernel.sh
. "$scripts/kernel.sh"

stop() {
    # Not ignored but caught: an ignored signal stays so in every command that is started, and `timeout` could end none
    # of them.
    trap : TERM INT
    look_up_own_address
    hand_over
    log "stopping"
    give_up_seeding
    as_master=$(! stops_as_master || echo yes)
    # NOSAVE: the append-only file has every write and is synced on the way out; an RDB file now would only make the
    # stop longer. NOW: its replicas follow another by now. Else it waits for those that have less than it, ten seconds
    # at most.
    if [ -n "$handed_over" ]; then refusal=$(ask_local SHUTDOWN NOSAVE NOW); else refusal=$(ask_local SHUTDOWN NOSAVE); fi
    # One that refused, or hangs, is told by a signal, well before the pod is killed.
    [ -z "$refusal" ] || log "stopping: $refusal"
    eventually 15 ended || {
        log "stopping: by signal"
        kill -TERM "$redis"
    }
    code=0
    wait "$redis" || code=$?
    if [ -n "$as_master" ] && [ "$code" = 0 ]; then note_clean_stop; fi
    # The endpoint may send a client here until it next looks at the sentinels, and the sentinel that leads the failover
    # for a second. Here it is refused, and tries again at once; once the pod's network is gone nobody would answer it.
    [ -z "$handed_over" ] || {
        sleep 0.5
        eventually 2 none_shows_this || true
    }
    exit 0
}

# Redis is gone though nobody stopped the pod. Whoever else notices waits for down-after first. Asked until it has
# begun: a sentinel that is just bringing its INFOs together (keep_apart) finds none of its replicas good enough, and
# gives up what it was asked for a moment ago.
ask_for_replacement() {
    look_up_own_address
    for _ in 1 2 3; do
        if request_failover "$OWN"; then
            ask_again_at=$(($(date +%s) + 3))
            log "crash: this node was the master; the sentinels promote a replica"
        elif [ "$named" != "$OWN" ]; then
            return 0
        else
            log "crash: this node was the master, and no sentinel starts a failover (${reply:-no answer})"
        fi
        # Longer than the endpoint's check takes to come by, too, which has to find nobody here: a client that it lets
        # through to the node while that starts again, parked, stays with it and is refused until the endpoint cuts it
        # off.
        sleep 0.25
        ! failover_under_way || return 0
    done
}

OWN=
look_up_own_address
[ -n "$OWN" ] || {
    log "$TOPOLOGY/redis does not name $POD_NAME: the StatefulSet has more pods than the program made addresses for"
    exit 1
}
report_kernel
hold_volume
take_clean_stop
ask_again_at=0 crashed_at=0
trap stop TERM INT
start_watching watch_disk watch_role
start_redis

while :; do
    find_role
    clean_stop=
    ! follow_only || watch_first_copy 9>&- &
    # A signal to this shell ends `wait` early, with the trap already run, which ends the script.
    code=0
    wait "$redis" || code=$?
    log "crash: redis-server ended with code $code"
    ask_for_replacement
    # One that ended by itself has said why, and one that crashes again and again is for Kubernetes to restart ever more
    # slowly, and to show. A single crash is mended here: a new container would come a second later, or after a
    # back-off.
    [ "$code" -gt 128 ] || exit "$code"
    [ $(($(date +%s) - crashed_at)) -ge 60 ] || {
        log "crash: the second within a minute, so the container ends"
        exit "$code"
    }
    crashed_at=$(date +%s)
    start_redis
done
