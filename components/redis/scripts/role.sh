# shellcheck shell=sh disable=SC2154 # lib.sh, failover.sh, freshest.sh and redis-start.sh set what is used here
# Decides who this node is at start. Sourced by redis-start.sh, which has started Redis parked.
#
# In this order: what a majority of the sentinels names, confirmed by the named node's own ROLE; any peer that is master already; the
# node with the latest data, once every node has answered; on the very first start, ordinal 0. Otherwise it waits and says for what.

by_hand="to choose a master by hand: kubectl exec <pod> -- redis-cli REPLICAOF NO ONE"

follow() {
    log "role: replica of $1 ($2)"
    ask_local REPLICAOF "$1" "$redis_port" >/dev/null
}

lead() {
    log "role: master ($1)"
    ask_local REPLICAOF NO ONE >/dev/null
}

# Says what it waits for, but each reason only once: the log of a pod that waited an hour is still readable. Fails, as what calls it does.
waiting_for=
wait_because() {
    [ "$waiting_for" = "$1" ] || log "waiting: $1"
    waiting_for=$1
    return 1
}

wait_until_loaded() {
    until [ "$(ask_local PING)" = PONG ]; do
        # Redis that ended (bad configuration, damaged files) has said why; its code ends the container.
        ! ended || { wait "$redis"; exit $?; }
        sleep 0.1
    done
}

# How many keys a node holds; nothing if it does not answer.
keys_of() { ask "$1" "$redis_port" DBSIZE | grep -E '^[0-9]+$' || true; }

# How the peers stand to this node, which the sentinels name: "ahead", one follows it with data that may be later than this node's own
# log, which ends up to a second early; "moved", one leads or follows another, so that the name is about to change. Neither of one that is
# parked too or silent.
standings() {
    for peer in $(others redis); do
        case "$(ask "$peer" "$redis_port" ROLE | sed -n '1,2p' | tr '\n' ' ')" in
            "slave $OWN ") [ "$(keys_of "$peer")" = 0 ] || echo ahead ;;
            "slave 127.0.0.1 ") ;;
            master* | slave*) echo moved ;;
        esac
    done
}

# Whether this node lost its data (a new disk) while a peer still has some: as master it would wipe them all.
empty_beside_data() {
    [ "$(keys_of "$LOCAL")" = 0 ] || return 1
    for peer in $(others redis); do
        [ "$(keys_of "$peer")" = 0 ] || return 0
    done
    return 1
}

# Whether the sentinels are replacing this node, asked to if need be. Fails once none of them could start that for ten seconds: no
# replica is good enough. Two that promote at the same time could promote two, so that nothing is asked while one is at it.
being_replaced() {
    now=$(date +%s)
    [ "$now" -ge "$ask_again_at" ] || return 0
    if failover_under_way || request_failover; then ask_again_at=$((now + 3)) refused_until=$((now + 13)); fi
    [ "$now" -lt "$refused_until" ]
}

# The sentinels still name this node. It leads again unless a peer has more than it has.
lead_again() {
    standing=$(standings)
    if empty_beside_data; then
        being_replaced || true
        wait_because "the sentinels name this node, but it is empty and a peer holds data (or does not answer). A sentinel will promote the peer; if none does, $by_hand"
    elif [ -z "$standing" ]; then
        lead "named by a majority of the sentinels"
    elif [ "${standing#*moved}" != "$standing" ]; then
        wait_because "the sentinels name this node, but a peer leads or follows another"
    elif being_replaced; then
        wait_because "a replica may hold writes that this node lost: the sentinels were asked to promote it"
    else
        lead "named by the sentinels, which could promote no replica for 10 s"
    fi
}

# No majority of sentinels names anybody: they are not up yet, or know nothing (a first start, lost disks).
without_sentinels() {
    master=$(peer_master)
    [ -z "$master" ] || { follow "$master" "no majority of sentinels names a master, but it is one already"; return; }
    read_nodes
    [ -z "$silent" ] || { wait_because "no majority of sentinels names a master, no peer is one, and what these nodes hold is not known: $silent. It goes on by itself once the sentinels or the nodes answer; $by_hand"; return; }
    case "$freshest" in
        "") wait_because "no majority of sentinels names a master, no peer is one, and several nodes hold data of different histories. It goes on by itself once the sentinels answer; $by_hand" ;;
        "$OWN") lead "$why_freshest, and no sentinel or node says otherwise" ;;
        *) wait_because "$freshest will be master: $why_freshest" ;;
    esac
}

# One look around; succeeds once the role is settled.
decide() {
    # What ended it is for the supervisor to see.
    ! ended || return 0
    role=$(role_of "$LOCAL")
    # A sentinel may have decided meanwhile, and so may an operator by hand.
    [ "$role" != master ] || { log "role: master (set from outside)"; return; }
    [ "$role" = slave ] || return 1
    named=$(named_by_majority)
    case "$named" in
        "") without_sentinels ;;
        "$OWN") lead_again ;;
        *) if [ "$(role_of "$named")" = master ]; then follow "$named" "named by a majority of the sentinels"; else wait_because "the sentinels name $named, which does not answer as master yet"; fi ;;
    esac
}

find_role() {
    wait_until_loaded
    # Redis 8 copies over a second connection, which it lists without its announced address: Sentinel would take that for one replica
    # more, and keep a ghost. Older versions do not know the setting, and need not.
    ask_local CONFIG SET repl-rdb-channel no >/dev/null
    refused_until=$(($(date +%s) + 10))
    until decide; do sleep 0.3; done
}
