# shellcheck shell=sh disable=SC2154 # lib.sh and redis-start.sh set what is used here
# Asks the sentinels to replace the master, and asks the one that is quickest at it. Sourced by redis-start.sh.
#
# The sentinel that leads a failover learns of the promotion from an INFO of the replica, which it sends a second after its last one and
# no sooner (sentinelSendPeriodicCommands). The promotion itself takes 0.1-0.3 s. So the sentinel to ask is one whose last INFO will be
# some 0.7 s old: its next one falls due just after the promotion. With an older one the next comes just before it, and a second is lost.

# "YOUNGEST OLDEST": the milliseconds since a sentinel's last INFO of the replicas that it reaches; nothing if it reaches none.
info_ages() {
    ask "$1" "$sentinel_port" SENTINEL REPLICAS "$MASTER_NAME" | awk '
        previous == "flags" { reached = $0 !~ /s_down|disconnected/ }
        previous == "info-refresh" && reached { if (!known++ || $0 + 0 < youngest) youngest = $0 + 0; if ($0 + 0 > oldest) oldest = $0 + 0 }
        { previous = $0 }
        END { if (known) print youngest, oldest }'
}

# The milliseconds since a sentinel's last INFO of the replica that it would promote: that of the best priority, then of the highest offset
# that it knows of, then of the lowest id (sentinelSelectSlave).
info_age_of_next() {
    ask "$1" "$sentinel_port" SENTINEL REPLICAS "$MASTER_NAME" | awk '
        function judge() {
            if (!reached || !(priority > 0)) return
            if (best == "" || priority < best || priority == best && (offset > furthest || offset == furthest && id < first)) { best = priority; furthest = offset; first = id; age = fresh }
        }
        previous == "name" { judge(); reached = 0; priority = 0 }
        previous == "runid" { id = $0 }
        previous == "flags" { reached = $0 !~ /s_down|disconnected/ }
        previous == "info-refresh" { fresh = $0 + 0 }
        previous == "slave-priority" { priority = $0 + 0 }
        previous == "slave-repl-offset" { offset = $0 + 0 }
        { previous = $0 }
        END { judge(); if (best != "") print age }'
}

# How often a sentinel asks each node for INFO. sentinel-watch.sh sets it back to 900, should nobody be left here to do that.
info_period() { [ "$(ask "$1" "$sentinel_port" SENTINEL DEBUG INFO-PERIOD "$2")" = OK ]; }

# Sets the clock of a sentinel right for what follows (a pause, a catch-up, the question), while writes go on, and prints its address:
# its INFOs of all replicas are brought together, since nobody knows which it will promote, and are let grow old. Prints nothing if that
# cannot be had in time: an unaimed failover is slower, no less safe.
aim() {
    give_up=$(($(date +%s) + 4))
    for sentinel in $(addresses sentinels); do
        while [ "$(date +%s)" -lt "$give_up" ]; do
            # 901: it is counted on, see keep_apart.
            { info_period "$sentinel" 1 && sleep 0.2 && info_period "$sentinel" 901; } || break
            let_grow_old "$sentinel" || continue
            printf '%s\n' "$sentinel"
            return
        done
    done
}

# Waits until the INFOs of a sentinel are old enough; fails if they are too old by then. What follows takes as long as three more looks at
# them, whatever the machine is busy with.
let_grow_old() {
    before=
    while [ "$(date +%s)" -lt "$give_up" ]; do
        # They may be stopping with everything else: then no replica gets what is written from now on, and aiming only makes it more.
        [ "$(ask_local INFO replication | online_replicas)" = "$replicas" ] || give_up=0
        ages=$(info_ages "$1")
        [ -n "$ages" ] || return 1
        rest=$((3 * (${ages% *} - ${before:-${ages% *}})))
        before=${ages% *}
        [ $((${ages#* } + rest)) -le 840 ] || return 1
        [ $((${ages% *} + rest)) -lt 740 ] || return 0
        sleep 0.02
    done
    return 1
}

# Without time to aim: the sentinel whose next INFO comes soonest after a promotion, which takes it three turns of its clock, 0.3 s at most.
quickest_sentinel() {
    {
        for sentinel in $(addresses sentinels); do info_age_of_next "$sentinel" | sed "s/\$/ $sentinel/" & done
        wait
    } | awk '{ print ($1 <= 700 ? 1000 - $1 : 2000 - $1), $2 }' | sort -n | awk 'NR == 1 { print $2 }'
}

# request_failover [SENTINEL]: that one first, then the others. One is enough: the others follow its election.
request_failover() {
    for sentinel in ${1:-} $(addresses sentinels); do
        reply=$(ask "$sentinel" "$sentinel_port" SENTINEL FAILOVER "$MASTER_NAME")
        # One that is busy with another failover (INPROG) has not taken this one.
        [ "$reply" = OK ] && return 0
    done
    return 1
}
