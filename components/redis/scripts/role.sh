# shellcheck shell=sh disable=SC2154 # lib.sh and redis-start.sh set what is used here
# Decides who this node is at start. Sourced by redis-start.sh, which has started Redis parked.
#
# In this order: what a majority of the sentinels names, confirmed by the named node's own ROLE; any peer that is master already; on
# the very first start, ordinal 0, and only if every peer answers and is empty. Otherwise it waits and says for what.

# How many keys a node holds; nothing if it does not answer.
keys_of() { ask "$1" "$redis_port" DBSIZE | grep -E '^[0-9]+$' || true; }

follow() {
    log "role: replica of $1 ($2)"
    ask_local REPLICAOF "$1" "$redis_port" >/dev/null
}

lead() {
    log "role: master ($1)"
    ask_local REPLICAOF NO ONE >/dev/null
}

# Says what it waits for, but each reason only once: the log of a pod that waited an hour is still readable.
waiting_for=
wait_because() {
    [ "$waiting_for" = "$1" ] || log "waiting: $1"
    waiting_for=$1
    sleep 0.3
}

wait_until_loaded() {
    until [ "$(ask_local PING)" = PONG ]; do
        # Redis that ended (bad configuration, damaged files) has said why; its code ends the container.
        kill -0 "$redis" 2>/dev/null || { wait "$redis"; exit $?; }
        sleep 0.1
    done
}

# Whether a peer holds data that came from this node while it was master: its own log may end up to a second earlier than theirs.
peer_may_be_ahead() {
    for peer in $(others redis); do
        case "$(ask "$peer" "$redis_port" ROLE | sed -n '1,2p' | tr '\n' ' ')" in
            "slave $OWN ") [ "$(keys_of "$peer")" != 0 ] && return 0 ;;
        esac
    done
    return 1
}

# Whether this node lost its data (a new disk) while a peer still has some: as master it would wipe them all.
empty_beside_data() {
    [ "$(keys_of "$LOCAL")" = 0 ] || return 1
    for peer in $(others redis); do
        [ "$(keys_of "$peer")" = 0 ] || return 0
    done
    return 1
}

everybody_is_empty() {
    for node in "$LOCAL" $(others redis); do
        [ "$(keys_of "$node")" = 0 ] || return 1
    done
}

# One sentinel is enough; the others follow its election.
request_failover() {
    for sentinel in $(addresses sentinels); do
        reply=$(ask "$sentinel" "$sentinel_port" SENTINEL FAILOVER "$MASTER_NAME")
        [ "$reply" = OK ] && return 0
    done
    return 1
}

# The sentinels still name this node. It leads again unless a peer has more than it has: then it asks for a failover first, and leads
# only if no sentinel could start one for ten seconds (no replica is good enough).
failover_asked_at=0
refusals_since=0
lead_again() {
    if empty_beside_data; then
        wait_because "the sentinels name this node, but it is empty and a peer holds data (or does not answer). A sentinel will promote the peer; if none does, choose one by hand: kubectl exec <pod> -- redis-cli REPLICAOF NO ONE"
        retry_failover || true
        return 1
    fi
    if peer_may_be_ahead; then
        retry_failover && { wait_because "a replica may hold writes that this node lost: the sentinels were asked to promote it"; return 1; }
        [ $(($(date +%s) - refusals_since)) -ge 10 ] || { wait_because "a replica may hold writes that this node lost, but no sentinel starts a failover yet"; return 1; }
        lead "named by the sentinels, which could promote no replica for 10 s"
        return 0
    fi
    lead "named by a majority of the sentinels"
}

# At most one request in three seconds: each restarts the election.
retry_failover() {
    now=$(date +%s)
    [ $((now - failover_asked_at)) -ge 3 ] || return "$failover_refused"
    failover_asked_at=$now
    if request_failover; then failover_refused=0 refusals_since=0; else
        failover_refused=1
        [ "$refusals_since" -ne 0 ] || refusals_since=$now
    fi
    return "$failover_refused"
}

find_role() {
    wait_until_loaded
    # Redis 8 copies over a second connection, which it lists without its announced address: Sentinel would take that for one replica
    # more, and keep a ghost. Older versions do not know the setting, and need not.
    ask_local CONFIG SET repl-rdb-channel no >/dev/null
    while :; do
        # A sentinel may have decided meanwhile, and so may an operator by hand.
        [ "$(role_of "$LOCAL")" = slave ] || { log "role: $(role_of "$LOCAL") (set from outside)"; return; }
        named=$(named_by_majority)
        if [ -n "$named" ] && [ "$named" = "$OWN" ]; then
            lead_again && return
        elif [ -n "$named" ]; then
            [ "$(role_of "$named")" = master ] && { follow "$named" "named by a majority of the sentinels"; return; }
            wait_because "the sentinels name $named, which does not answer as master yet"
        else
            master=$(peer_master)
            if [ -n "$master" ]; then
                follow "$master" "no majority of sentinels answers, but it is master already"
                return
            elif everybody_is_empty; then
                [ "${POD_NAME##*-}" = 0 ] && { lead "first start: every node answers and is empty"; return; }
                wait_because "first start: pod 0 will be master"
            else
                wait_because "no majority of sentinels names a master, no peer is one, and not every node is reachable and empty. It goes on by itself once the sentinels answer; to choose a master by hand: kubectl exec <pod> -- redis-cli REPLICAOF NO ONE"
            fi
        fi
    done
}
