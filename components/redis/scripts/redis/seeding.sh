# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh, damage.sh and load.sh set what is used here
# Seeds a node from an RDB file that has no append-only file beside it. Sourced by the start scripts.
#
# With append-only on, Redis would not look at the RDB file, and start empty. So it is loaded with append-only off,
# which is then switched on; $DATA/seeding says that this is not done yet.

begin_seeding() {
    log "seeding: $DATA/dump.rdb has no append-only file beside it; it is loaded, and one is written from it before this node takes part"
    # What a seeding that was cut off has written so far is of no use: the RDB file has it all.
    [ ! -d "$aof" ] || rm -rf "$aof"
    touch "$DATA/seeding"
    seeding=yes
}

# Redis refuses to stop while it writes its first append-only file. The next start seeds again: the RDB file has it all.
give_up_seeding() { [ -z "$seeding" ] || ended || kill -KILL "$redis"; }

# Append-only is switched on, and its first file complete, before the node becomes ready or leads.
finish_seeding() {
    until [ "$(ask_local CONFIG SET appendonly yes)" = OK ] || ended; do sleep 0.2; done
    until [ "$(ask_local INFO persistence | awk -F: '/^aof_(enabled|rewrite_in_progress|rewrite_scheduled|last_bgrewrite_status):/ { sub(/\r/, "", $2); printf "%s ", $2 }')" = "1 0 0 ok " ] && [ -e "$manifest" ]; do
        ! ended || return 0
        sleep 0.1
    done
    sync
    rm -f "$DATA/seeding"
    seeding=
    log "seeding: done, $(contents_of "$LOCAL")"
}
