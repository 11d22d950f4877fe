# shellcheck shell=sh disable=SC2154 # lib.sh and sentinel-start.sh set what is used here
# What a running sentinel needs beside Sentinel itself. Sourced by sentinel-start.sh, and run beside it.

# Sentinel's own clocks, which only exist at run time. INFO each 0.9 s: at the default of ten seconds a master lost in its first ten left
# sentinels that knew no replica to promote, for ever. PING each 0.3 s, since a replica counts as good only if its INFO, which comes each
# second then, is younger than five PINGs. ASK each 0.1 s: the votes of an election, and the next question where one was lost.
set_clocks() { [ "$(ask_sentinel SENTINEL DEBUG INFO-PERIOD 900 PING-PERIOD 300 ASK-PERIOD 100)" = OK ]; }

# "ADDRESS FLAGS" of every replica and sentinel that a sentinel knows.
known_to() {
    for kind in REPLICAS SENTINELS; do ask "$1" "$sentinel_port" SENTINEL "$kind" "$MASTER_NAME"; done | awk '
        previous == "ip" { address = $0 }
        previous == "flags" { print address, $0 }
        { previous = $0 }'
}

# ghosts KNOWN: the addresses that are down, and that the program no longer names.
ghosts() {
    printf '%s\n' "$1" | awk '/s_down|disconnected/ { print $1 }' | while read -r address; do
        case "$everybody" in *" $address "*) ;; *) printf '%s ' "$address" ;; esac
    done
}

# knows_everybody SENTINEL KNOWN: whether it knows every node that the program names, and all of them are up.
knows_everybody() {
    up=" $1 $named $(printf '%s\n' "$2" | awk '!/s_down|disconnected/ { printf "%s ", $1 }')"
    for address in $everybody; do
        case "$up" in *" $address "*) ;; *) return 1 ;; esac
    done
}

# May this sentinel forget now? All is well, the others know everybody, and those before it have nothing left to forget: so only one at
# a time is without its memory, and a failover finds the others whole.
its_turn() {
    [ "$(ask_sentinel SENTINEL MASTER "$MASTER_NAME" | awk 'previous == "flags" { print } { previous = $0 }')" = master ] || return 1
    ! failover_under_way || return 1
    before=yes
    for sentinel in $(addresses sentinels); do
        [ "$sentinel" != "$OWN" ] || { before=no; continue; }
        theirs=$(known_to "$sentinel")
        knows_everybody "$sentinel" "$theirs" || return 1
        [ "$before" = no ] || [ -z "$(ghosts "$theirs")" ] || return 1
    done
}

# After a scale-down a sentinel goes on knowing those who left: as replicas that are down, and as sentinels that a majority is counted
# from. SENTINEL RESET is the only way to forget, and forgets all, so it is used once for each list of nodes and never on a loop.
forgotten_for=
forget_who_left() {
    everybody=" $( { addresses redis; addresses sentinels; } | tr '\n' ' ')"
    [ "$everybody" != "$forgotten_for" ] || return 0
    gone=$(ghosts "$(known_to "$LOCAL")")
    [ -n "$gone" ] || return 0
    named=$(named_by_majority)
    its_turn || return 0
    forgotten_for=$everybody
    log "forgetting who left: $gone"
    ask_sentinel SENTINEL RESET "$MASTER_NAME" >/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        sleep 1
        knows_everybody "$OWN" "$(known_to "$LOCAL")" && { log "every node is known again"; return; }
    done
    log "WARNING: not every node is known again after 15 s"
}

# For as long as the sentinel lives, whose process id is this shell's.
watch_sentinel() {
    until set_clocks; do sleep 0.1; done
    while sleep "${WATCH_PERIOD:-10}" && kill -0 $$ 2>/dev/null; do
        forget_who_left
    done
}
