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

# The sentinel whose next INFO comes soonest after a promotion. One older than 0.8 s comes before it.
quickest_sentinel() {
    {
        for sentinel in $(addresses sentinels); do info_ages "$sentinel" | sed "s/\$/ $sentinel/" & done
        wait
    } | awk '{ print ($2 <= 800 ? 1000 - $1 : 2000 - $2), $3 }' | sort -n | awk 'NR == 1 { print $2 }'
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
