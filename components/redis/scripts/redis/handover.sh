# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh, failover.sh, successors.sh and redis-start.sh set what is used here, they use what is set
# Hands the mastership over before this node stops, without losing a write. Sourced by redis-start.sh.
#
# Writes are paused, every replica that could be promoted catches up to this node's very offset or is left out, a
# sentinel promotes one, a majority of sentinels and the new master's own ROLE confirm it, and what it has is compared.
# If that cannot be done in time, the node stops all the same, its writes still paused, and the sentinels replace it as
# they would after a crash.

# Asks a sentinel, once whoever it could promote has everything; the one that was aimed first. Those who follow have two
# seconds to catch up.
ask_for_successor() {
    for sentinel in ${aimed:-$(quickest_sentinels | awk '{ print $1 }')}; do
        look_behind "$sentinel"
        if [ -n "$behind" ]; then
            if catching_up && [ "$(date +%s)" -lt "$catch_up_until" ]; then return 1; fi
            # shellcheck disable=SC2086 # a list
            leave_out $behind
            refresh "$sentinel" || continue
            look_behind "$sentinel"
        fi
        if [ -z "$could" ] || [ -n "$behind" ]; then
            reply="$sentinel could promote nobody, or one that has less"
            continue
        fi
        replacement_ordered=yes
        ! order_failover "$sentinel" || return 0
    done
    aimed=
    return 1
}

# Whether the sentinel that took the order has given it up, and still names this node: it chose nobody. One that is just
# bringing its INFOs together (keep_apart) finds no replica good enough.
gave_up() {
    case "$(shown_by "$sentinel")" in
        *failover_in_progress*) return 1 ;;
        "$OWN "*) ;;
        *) return 1 ;;
    esac
}

# Only then another one may be asked: two that promote at the same time could promote two.
promoted_or_asked_again() {
    ! one_is_promoted "$could" || return 0
    gave_up || return 1
    aimed='' first=$sentinel
    ! ask_for_successor || log "handover: $first gave up what it was asked for, and $sentinel was asked"
    return 1
}

# How many bytes a new master lacks of what was written here; nothing if it did not go on from here. It took up this
# node's history where its own begins.
lacking() {
    found=$(ask "$1" "$redis_port" INFO replication | fields master_replid2 second_repl_offset)
    [ "${found% *}" != "$history" ] || echo $((written + 1 - ${found#* }))
}

compare() {
    missing=$(lacking "$1")
    case "$missing" in
        0) log "handover: $1 is master now, with everything that was written here" ;;
        '') log "WARNING: handover: $1 is master now, but did not go on from here: acknowledged writes may be lost" ;;
        *) log "WARNING: handover: $1 is master now, and lacks $missing bytes of what was written here: acknowledged writes are lost" ;;
    esac
}

# Whether a client that asks any of the sentinels hears of the new master. One that has just heard of it itself connects
# to it at its next turn, and calls it disconnected until then: node-redis does not take that for an answer, and asks
# again a second later. Not the one that leads the failover: to who asks for more than the address it shows the old one
# for a second. And none that hangs.
all_have_heard() { (
    patience=0.3
    shown_by_each | awk -v own="$OWN" '/disconnected/ || ($1 == own && !/failover_in_progress/) { missing = 1 } END { exit missing }'
); }

# Whether none of them shows this node as the master any more.
none_shows_this() { (
    patience=0.3
    shown_by_each | awk -v own="$OWN" '$1 == own { found = 1 } END { exit found }'
); }

# Never unpaused, and for longer than everything below can take: the pod stops in any case, Redis's own shutdown lets
# its replicas catch up, and a write taken once a sentinel has begun to promote another node would be acknowledged and
# lost. Redis looks for replicas before it looks for a pause: once they follow the new master a client that comes here
# would be refused (NOREPLICAS, EXECABORT), not wait.
pause_writes() {
    found=$(printf 'CLIENT PAUSE 55000 WRITE\nCONFIG SET min-replicas-to-write 0\nINFO replication\n' | ask_local)
    written=$(printf '%s\n' "$found" | field master_repl_offset)
    history=$(printf '%s\n' "$found" | field master_replid)
    replicas=$(printf '%s\n' "$found" | online_replicas)
    catch_up_until=$(($(date +%s) + 2))
    # From now on clients wait: a healthy node answers within a fraction of this.
    patience=1
}

# all_can_follow AT_FIRST NEEDED: whether more replicas than a master needs beside itself are in sync, or one of those
# AT_FIRST has left. With one that hangs, or is still on its way back from the move before, a new master would have too
# few to follow it, and take no write, until that one goes on or this pod is back. Where one leaves meanwhile everything
# stops, or soon will: nobody is waited for.
all_can_follow() {
    replicas=$(replicas_now)
    silent=$(for replica in $replicas; do { [ -n "$(role_of "$replica")" ] || printf '%s ' "$replica"; } & done)
    [ -z "$silent" ] || return 1
    online=$(count "$replicas")
    [ "$online" -gt "${2:-0}" ] || [ "$online" -lt "$1" ]
}

handed_over='' replacement_ordered=
find_successor() {
    [ "$(role_of "$LOCAL")" = master ] || return 0
    replicas=$(replicas_now)
    [ -n "$replicas" ] || {
        log "handover: no replica is online, nobody can take over"
        return 0
    }
    # A PING to the replicas that are not chosen would put them ahead of the new master, and cost each of them a full
    # copy.
    ask_local CONFIG SET repl-ping-replica-period 3600 >/dev/null
    # Where the sentinels are going too (a destroy, a drained cluster) every further question would take its full two
    # seconds. While this node aims it takes writes, which is safe only as long as no successor of it can have another
    # node promoted: see volume.sh.
    aimed=nobody
    if [ "$(named_by_majority)" = "$OWN" ]; then
        eventually 6 all_can_follow "$(count "$replicas")" "$(ask_local CONFIG GET min-replicas-to-write | sed -n 2p)" || true
        leave_out_strangers
        aimed=$([ -z "$volume_held" ] || aim)
    fi
    log "handover: pausing writes, for ${aimed:-any sentinel} to promote a replica"
    pause_writes
    [ -n "$replicas" ] || {
        log "handover: no replica is online any more, nobody can take over"
        return 0
    }
    [ "$aimed" != nobody ] || {
        log "handover: no majority of sentinels names this node, nobody can take over"
        return 0
    }
    eventually 4 ask_for_successor || {
        log "handover: no sentinel starts a failover (${reply:-no answer})"
        return 0
    }
    ! eventually 4 promoted_or_asked_again || point_others
    eventually 6 another_is_master || {
        log "handover: not confirmed in time (the sentinels name ${named:-nobody})"
        return 0
    }
    eventually 1 all_have_heard || true
    ask_local CLIENT KILL TYPE normal SKIPME yes >/dev/null
    handed_over=yes
    compare "$named"
}

hand_over() {
    find_successor || true
    patience=2
    let_in
}
