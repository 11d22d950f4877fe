# shellcheck shell=sh disable=SC2154 # lib.sh and redis-start.sh set what is used here
# Lets the clients go of a node that is not the master any more, or not yet. Sourced by redis-start.sh.
#
# A master that crashed is back at its address before any sentinel has noticed, and they still name it. A client that
# comes back to it would stay: its writes are refused (READONLY), a subscriber hears nothing, and most libraries ask the
# sentinels again only once a connection is closed. Where Sentinel itself makes a node a replica it closes them too.

# let_clients_go AGE: all that have been here for AGE seconds, subscribers too; never the sentinels, which would take
# this node for absent.
let_clients_go() {
    printf 'CLIENT LIST TYPE normal\nCLIENT LIST TYPE pubsub\n' | ask_local | awk -v least="$1" '
        {
            split("", value)
            for (n = 1; n <= NF; n++) if (at = index($n, "=")) value[substr($n, 1, at - 1)] = substr($n, at + 1)
            if (value["id"] != "" && value["age"] + 0 >= least && value["name"] !~ /^sentinel-/) print "CLIENT KILL ID " value["id"]
        }' | ask_local >/dev/null
}

# Closes the clients of a node that is parked, but for those of the last two seconds. Peers and probes are gone within
# one; if one of them were cut off, it would take this node for silent.
let_strangers_go() { let_clients_go 2; }

a_sentinel_names_this() { named_by_each | grep -q -x -F "$OWN"; }

# Closes the clients that come for as long as a sentinel still names this node, which sends them here: the last sentinel
# hears of a failover a moment later, and none of them sees for seconds that a person moved the master. Who comes after
# that comes to read from a replica.
let_latecomers_go() {
    while kill -0 $$ 2>/dev/null; do
        still_named=$(! a_sentinel_names_this || echo yes)
        sleep 1.5
        [ "$(role_of "$LOCAL")" = slave ] || return 0
        let_clients_go 1
        [ -n "$still_named" ] || return 0
    done
}

# clear_of_clients AGE: both, in the background, for a node that is a replica from now on.
clear_of_clients() { {
    let_clients_go "$1"
    let_latecomers_go
} 9>&- & }
