# shellcheck shell=sh disable=SC2154 # lib.sh, follow-only.sh, seed.sh and redis-start.sh set what is used here
# What a running node sees to once its role is decided: that it follows the master, and may be promoted. Sourced by redis-start.sh, and run
# beside Redis.

# A sentinel tells a replica whom to follow only if it knows it and holds it for up, and it knows those that it saw with the master. One that
# followed a node which was demoted before any sentinel had seen the two together (all of them had just started) would follow that one for
# ever, as the replica of a replica: the master does not count it, and it is never ready. One whose master has gone waits for it for seconds.
follow_the_master() {
    [ "$(role_of "$followed")" != master ] || return 0
    named=$(named_by_majority)
    case "$named" in '' | "$OWN" | "$followed") return ;; esac
    [ "$(role_of "$named")" = master ] || return 0
    log "role: replica of $named (named by a majority of the sentinels; $followed, which it followed, is not a master)"
    ask_local REPLICAOF "$named" "$redis_port" >/dev/null
}

# A node that hands over leaves those out that have less than it (successors.sh), and may die before it lets them in again: then nobody would
# ever promote them. This one takes part again by itself, after longer than a handover lasts.
looks_left_out=0
come_back_in() {
    if [ "$priority" != 0 ] || [ "$copying" = 1 ] || follow_only; then looks_left_out=0; return 0; fi
    looks_left_out=$((looks_left_out + 1))
    [ "$looks_left_out" -ge 4 ] || return 0
    log "role: this node may be promoted again: it was left out, and not let in"
    take_part
}

# For as long as the start script lives.
watch_role() {
    while sleep "${ROLE_PERIOD:-5}" >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
        # Empty unless it is a replica. Parked, it follows nobody, and find_role is at work.
        found=$(ask_local INFO replication | fields master_host slave_priority master_sync_in_progress)
        followed=${found%% *} copying=${found##* } priority=${found#* } priority=${priority% *}
        case "$followed" in '' | 127.0.0.1) looks_left_out=0 ;; *) follow_the_master; come_back_in ;; esac
        if begun_from_archive && [ -n "$(named_by_majority)" ]; then master_is_named; fi
    done
}
