# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh, failover.sh and redis-start.sh set what is used here, redis-start.sh uses what is set
# Hands the mastership over before this node stops, without losing a write. Sourced by redis-start.sh.
#
# Writes are paused, a replica catches up to this node's very offset, a sentinel promotes one, and a majority of sentinels and the new
# master's own ROLE confirm it. If that cannot be done in time, the node stops all the same, its writes still paused, and the sentinels
# replace it as they would after a crash.

online_replicas() { tr -d '\r' | sed -n 's/^slave[0-9]*:ip=\([^,]*\),port=[0-9]*,state=online,.*/\1/p'; }

# eventually SECONDS COMMAND...: tries every 20 ms.
eventually() {
    deadline=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 0.02
    done
}

# Read from the replicas themselves: the master's own table of their offsets is a second old.
some_replica_has_everything() {
    for replica in $replicas; do
        [ "$(ask "$replica" "$redis_port" INFO replication | field slave_repl_offset)" = "$written" ] && return 0
    done
    return 1
}

another_is_master() {
    named=$(named_by_majority)
    [ -n "$named" ] && [ "$named" != "$OWN" ] && [ "$(role_of "$named")" = master ]
}

handed_over=
hand_over() {
    [ "$(role_of "$LOCAL")" = master ] || return 0
    replicas=$(ask_local INFO replication | online_replicas)
    [ -n "$replicas" ] || { log "handover: no replica is online, nobody can take over"; return 0; }
    # A PING to the replicas that are not chosen would put them ahead of the new master, and cost each of them a full copy.
    ask_local CONFIG SET repl-ping-replica-period 3600 >/dev/null
    # Where the sentinels are going too (a destroy, a drained cluster) every further question would take its full two seconds. While this
    # node aims it takes writes, which is safe only as long as no successor of it can have another node promoted: see volume.sh.
    aimed=nobody
    [ "$(named_by_majority)" != "$OWN" ] || aimed=$([ -z "$volume_held" ] || aim)
    log "handover: pausing writes, for ${aimed:-any sentinel} to promote a replica"
    # Never unpaused, and for longer than everything below can take: the pod stops in any case, Redis's own shutdown lets its replicas
    # catch up, and a write taken once a sentinel has begun to promote another node would be acknowledged and lost.
    written=$(printf 'CLIENT PAUSE 50000 WRITE\nINFO replication\n' | ask_local | field master_repl_offset)
    replicas=$(ask_local INFO replication | online_replicas)
    [ -n "$replicas" ] || { log "handover: no replica is online any more, nobody can take over"; return 0; }
    [ "$aimed" != nobody ] || { log "handover: no majority of sentinels names this node, nobody can take over"; return 0; }
    eventually 3 some_replica_has_everything || { log "handover: no replica caught up in time"; return 0; }
    eventually 3 request_failover "$aimed" || { log "handover: no sentinel starts a failover (${reply:-no answer})"; return 0; }
    eventually 8 another_is_master || { log "handover: not confirmed in time (the sentinels name ${named:-nobody})"; return 0; }
    log "handover: $named is master now"
    ask_local CLIENT KILL TYPE normal SKIPME yes >/dev/null
    handed_over=yes
}
