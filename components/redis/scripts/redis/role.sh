# shellcheck shell=sh disable=SC2154 # lib.sh, failover.sh, freshest.sh, seed.sh and redis-start.sh set what is used here
# Decides who this node is at start. Sourced by redis-start.sh, which has started Redis parked.
#
# In this order: what a majority of the sentinels names, confirmed by the named node's own ROLE; any peer that is master
# already; the node with the latest data, once every node has answered; on the very first start, ordinal 0. Otherwise it
# waits and says for what.

by_hand="to choose a master by hand: kubectl exec <pod> -- redis-cli REPLICAOF NO ONE"

follow() {
    log "role: replica of $1 ($2)"
    ask_local REPLICAOF "$1" "$redis_port" >/dev/null
    clear_of_clients 0
    let_in
    not_restored "$1 is master, with $(contents_of "$1")"
}

lead() {
    ! seed_cluster || return 1
    log "role: master ($1)"
    ask_local REPLICAOF NO ONE >/dev/null
    clear_follow_only "it leads"
}

# Says what it waits for, but each reason only once: the log of a pod that waited an hour is still readable. Fails, as
# what calls it does.
waiting_for=
wait_because() {
    [ "$waiting_for" = "$1" ] || log "waiting: $1"
    waiting_for=$1
    return 1
}

# The sentinels name another node, which does not answer as master. It may be starting too, and hold later writes than
# this one, which they cannot promote while it is parked. After ten seconds they may, and are asked to if a majority of
# them has given that node up.
wait_for_master() {
    now=$(date +%s)
    [ "$awaited" = "$1" ] || awaited=$1 patient_until=$((now + 10))
    if [ "$now" -ge "$patient_until" ]; then
        take_part
        if sentinels_say o_down && ! failover_under_way; then request_failover "$1" || true; fi
        patient_until=$((now + 3))
    fi
    if in_topology redis "$1"; then
        wait_because "the sentinels name $1, which does not answer as master yet"
    else
        wait_because "the sentinels name $1, which is nobody's address any more: they will see the new ones within two minutes"
    fi
}

# From now on a sentinel may promote this node.
take_part() { follow_only || ask_local CONFIG SET replica-priority 100 >/dev/null; }

# Until its first copy is whole a follower has old data, or none: alone with a master that is lost it would be promoted,
# and wipe that.
take_part_once_in_sync() {
    while kill -0 $$ 2>/dev/null; do
        case "$(ask_local INFO replication | fields role master_link_status)" in master* | "slave up")
            take_part
            return
            ;;
        esac
        sleep 0.2
    done
}

# How the peers stand to this node, which the sentinels name: "ahead", one follows it with data that may be later than
# this node's own log, which ends up to a second early; "moved", one leads or follows another, so that the name is about
# to change. Neither of one that is parked too or silent. Who follows an address that is nobody's any more may have
# followed this node there.
standings() {
    for peer in $(others redis); do
        # shellcheck disable=SC2046 # two words: its role, and whom it follows
        set -- $(ask "$peer" "$redis_port" ROLE | sed -n '1,2p')
        case "${1:-} ${2:-}" in
            "slave 127.0.0.1") ;;
            "slave "*) if [ "$2" != "$OWN" ] && in_topology redis "$2"; then echo moved; elif [ "$(contents_of "$peer")" != nothing ]; then echo ahead; fi ;;
            "master "*) echo moved ;;
        esac
    done
}

# Why this node, which the sentinels name, must not lead: it lost data, all of it (a new disk) or some (damaged files),
# and a peer has more or has not said what it has; as master it would wipe that. Nothing if it may lead. Asked of one
# reading of all nodes: a peer that does not answer yet, and is empty a moment later, must not fall between two.
less_than_a_peer() {
    if ! follow_only && [ "$(contents_of "$LOCAL")" != nothing ]; then return; fi
    read_nodes
    if [ -n "$silent" ]; then
        echo "$(follow_only && echo "its files were damaged" || echo "it is empty"), and $why_freshest"
    elif [ -n "$marked" ]; then
        [ "$freshest" = "$OWN" ] || echo "${freshest:+$freshest is to lead: }$why_freshest"
    elif [ -n "$with_data" ]; then
        echo "it is empty and a peer holds data"
    fi
}

# Whether the sentinels are replacing this node, asked to if need be. Fails once none of them could start that for ten
# seconds: no replica is good enough. Two that promote at the same time could promote two, so that nothing is asked
# while one is at it.
being_replaced() {
    now=$(date +%s)
    [ "$now" -ge "$ask_again_at" ] || return 0
    if failover_under_way || request_failover "$OWN"; then ask_again_at=$((now + 3)) refused_until=$((now + 13)); fi
    [ "$now" -lt "$refused_until" ]
}

# The sentinels still name this node. It leads again unless a peer has more than it has.
lead_again() {
    standing=$(standings)
    reason=$(less_than_a_peer)
    if [ -n "$reason" ]; then
        being_replaced || true
        wait_because "the sentinels name this node, but $reason. A sentinel will promote another; if none does, $by_hand"
    elif [ -z "$standing" ]; then
        lead "named by a majority of the sentinels"
    elif [ "${standing#*moved}" != "$standing" ]; then
        wait_because "the sentinels name this node, but a peer leads or follows another"
    elif [ -n "$clean_stop" ]; then
        lead "named by a majority of the sentinels, and no peer has more: it stopped in order as the master ($clean_stop)"
    elif being_replaced; then
        wait_because "a replica may hold writes that this node lost: the sentinels were asked to promote it"
    else
        lead "named by the sentinels, which could promote no replica for 10 s"
    fi
}

# No majority of sentinels names anybody: they are not up yet, or know nothing (a first start, lost disks).
without_sentinels() {
    master=$(peer_master)
    [ -z "$master" ] || {
        follow "$master" "no majority of sentinels names a master, but it is one already"
        return
    }
    read_nodes
    [ -z "$silent" ] || {
        wait_because "no majority of sentinels names a master, no peer is one, and what these nodes hold is not known: $silent. It goes on by itself once the sentinels or the nodes answer; $by_hand"
        return
    }
    if [ -z "$freshest" ] && begun_from_archive && printf '%s\n' "$with_data" | grep -q "^$OWN "; then
        lead "it began with the archive, and no sentinel has named a master since"
        return
    fi
    case "$freshest" in
        "") wait_because "no majority of sentinels names a master, no peer is one, and $why_freshest. It goes on by itself once the sentinels answer; $by_hand" ;;
        "$OWN") lead "$why_freshest, and no sentinel or node says otherwise" ;;
        *) wait_because "$freshest will be master: $why_freshest" ;;
    esac
}

# One look around; succeeds once the role is settled.
decide() {
    # What ended it is for the supervisor to see.
    ! ended || return 0
    look_up_own_address
    role=$(role_of "$LOCAL")
    # A sentinel may have decided meanwhile, and so may an operator by hand.
    [ "$role" != master ] || {
        log "role: master (set from outside)"
        clear_follow_only "it leads"
        not_restored "somebody made this node the master"
        return
    }
    [ "$role" = slave ] || return 1
    named=$(named_by_majority)
    [ -z "$named" ] || master_is_named
    case "$named" in
        "") without_sentinels ;;
        "$OWN") lead_again ;;
        *) if [ "$(role_of "$named")" = master ]; then follow "$named" "named by a majority of the sentinels"; else wait_for_master "$named"; fi ;;
    esac
}

find_role() {
    wait_until_loaded
    # Redis 8 copies over a second connection, which it lists without its announced address: Sentinel would take that
    # for one replica more, and keep a ghost. Older versions do not know the setting, and need not.
    ask_local CONFIG SET repl-rdb-channel no >/dev/null
    refused_until=$(($(date +%s) + 10)) awaited=
    until decide; do
        let_strangers_go
        sleep 0.3
    done
    take_part_once_in_sync 9>&- &
}
