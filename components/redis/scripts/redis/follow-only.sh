# shellcheck shell=sh disable=SC2154 # lib.sh sets what is used here
# A node whose files were damaged may follow, and never lead, until it has a whole copy again. Sourced by the start
# scripts.
#
# The mark is a file on the volume, and for everybody else to see a replica-priority of 0 that it keeps once it has
# found its role (before, it follows port 2 of nobody, see configuration.sh): Sentinel promotes no such node, and its
# peers do not take a cluster in which one is empty for a new one (freshest.sh).

follow_only() { [ -e "$DATA/follow-only" ]; }

mark_follow_only() { follow_only || printf '%s\n' "$1" >"$DATA/follow-only"; }

# clear_follow_only WHY
clear_follow_only() {
    follow_only || return 0
    ask_local CONFIG SET replica-priority 100 >/dev/null
    rm -f "$DATA/follow-only"
    log "repair: this node may lead again: $1"
}

# A copy counts once the append-only file holds it too: a power cut before that would bring the empty one back.
has_whole_copy() {
    [ "$(ask_local INFO replication persistence | fields role master_link_status master_sync_in_progress loading aof_rewrite_in_progress \
        aof_rewrite_scheduled aof_last_bgrewrite_status)" = "slave up 0 0 0 0 ok" ]
}

# Beside Redis, for as long as the start script lives.
watch_first_copy() {
    while follow_only && kill -0 $$ 2>/dev/null; do
        if has_whole_copy; then clear_follow_only "it has a whole copy of its master's data"; else sleep 1; fi
    done
}
