# shellcheck shell=sh disable=SC2154 # lib.sh, follow-only.sh, role.sh, seed.sh and redis-start.sh set what is used here
# What a running node sees to once its role is decided: that it follows the master, that its clients know, and that it
# may be promoted. Sourced by redis-start.sh, and run beside Redis.

# A master that stood still (a script that ran for seconds, a machine that hung) was replaced and does not know it. Its
# clients are refused (NOREPLICAS), and stay, until Sentinel tells it, which waits for eight seconds to be sure. A
# majority that names another, and that other one's own word, are as sure, but only for a master that the sentinels have
# named. For a moment after a promotion they still name the old one: a new master that followed it would undo the
# failover. Each promotion gives a node another replication id, so one that was made a replica and master again between
# two looks is a new master, too.
give_way() {
    if another_is_master; then
        [ "$named_as" != "$id" ] || follow "$named" "named by a majority of the sentinels, which replaced this node"
    elif [ "$named" = "$OWN" ]; then
        named_as=$id
    fi
}

# A replica tells its master its address when it connects, and not again.
reconnect_unless_listed() {
    [ "$link $copying" = "up 0" ] || return 0
    case "$theirs" in *"ip=$OWN,port=$redis_port,"*) return 0 ;; esac
    log "role: connecting to $followed once more, which does not list this node at $OWN"
    ask_local CLIENT KILL TYPE master >/dev/null
}

# A sentinel tells a replica whom to follow only if it knows it and holds it for up, and it knows those that it saw with
# the master. One that followed a node which was demoted before any sentinel had seen the two together (all of them had
# just started) would follow that one for ever, as the replica of a replica: the master does not count it, and it is
# never ready. One whose master has gone waits for it for seconds.
follow_the_master() {
    theirs=$(ask "$followed" "$redis_port" INFO replication)
    case "$theirs" in *role:master*)
        reconnect_unless_listed
        return
        ;;
    esac
    another_is_master && [ "$named" != "$followed" ] || return 0
    log "role: replica of $named (named by a majority of the sentinels; $followed, which it followed, is not a master)"
    ask_local REPLICAOF "$named" "$redis_port" >/dev/null
}

# Sentinel closes the clients of a master that it makes a replica. Nobody does where a person did (REPLICAOF, FAILOVER).
let_go_after_demotion() {
    [ -z "$was_master" ] || clear_of_clients 1
    was_master=
}

# A node that hands over leaves those out that have less than it (successors.sh), and may die before it lets them in
# again: then nobody would ever promote them. This one takes part again by itself, after longer than a handover lasts.
looks_left_out=0
come_back_in() {
    if [ "$priority" != 0 ] || [ "$copying" = 1 ] || follow_only; then
        looks_left_out=0
        return 0
    fi
    looks_left_out=$((looks_left_out + 1))
    [ "$looks_left_out" -ge 10 ] || return 0
    take_part
    log "role: this node may be promoted again: it was left out, and not let in"
}

look_at_role() {
    found=$(ask_local INFO replication | fields role master_host slave_priority master_sync_in_progress master_link_status master_replid)
    id=${found##* }
    case "$found" in
        master*)
            was_master=yes
            give_way
            return
            ;;
        # Parked, it follows nobody, and find_role is at work.
        *" 127.0.0.1 "*)
            was_master='' looks_left_out=0
            return
            ;;
        slave*) ;;
        *) return ;;
    esac
    # shellcheck disable=SC2086 # a list
    set -- $found
    followed=$2 priority=$3 copying=$4 link=$5
    let_go_after_demotion
    follow_the_master
    come_back_in
}

# For as long as the start script lives.
watch_role() {
    # Whether the last look found a master, and with which replication id the sentinels have named this node as one.
    was_master='' named_as=''
    while sleep "${ROLE_PERIOD:-2}" >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
        announce_own_address
        look_at_role
        if begun_from_archive && [ -n "$(named_by_majority)" ]; then master_is_named; fi
    done
}
