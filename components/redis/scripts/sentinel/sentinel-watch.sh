# shellcheck shell=sh disable=SC2154 # lib.sh and sentinel-start.sh set what is used here
# What a running sentinel needs beside Sentinel itself. Sourced by sentinel-start.sh, and run beside it. It looks every
# few seconds for as long as the pod lives, so it starts as few processes as it can: they are what an idle pod takes.

# Sentinel's own clocks, which only exist at run time. INFO each 0.9 s: at the default of ten seconds a master lost in
# its first ten left sentinels that knew no replica to promote, for ever. PING each 0.3 s, since a replica counts as
# good only if its INFO, which comes each second then, is younger than five PINGs. ASK each 0.1 s: the votes of an
# election, and the next question where one was lost. A connection that does not answer is made anew after a second, not
# after fifteen: after a start of all nodes the first ones went to addresses that nobody has any more, and for that long
# a sentinel took a living master for lost. A node that hands over sets the first one to $counted_on, see keep_apart.
set_clocks() { [ "$(ask_sentinel SENTINEL DEBUG INFO-PERIOD "$info_every" PING-PERIOD "$ping_every" ASK-PERIOD 100 MIN-LINK-RECONNECT-PERIOD 1000)" = OK ]; }

# After a crash the failover is asked of the sentinel whose next INFO comes at the right time (failover.sh), and there
# is one only if theirs do not all come together. So each has a place of its own in the second, and goes back to it from
# time to time, all of them in the same second: in between they drift, but by about the same. Not while a node that
# hands over counts on them as they are, and not while this sentinel leads a failover: it would take no replica for
# good, and give up. By $shown, which watch_master has just asked for.
keep_apart() {
    case "$shown" in *failover_in_progress*) return ;; esac
    case "$(ask_sentinel SENTINEL DEBUG | awk 'previous == "INFO-PERIOD" { print } { previous = toupper($0) }')" in
        "$info_every")
            {
                echo SENTINEL DEBUG INFO-PERIOD 1
                sleep 0.1
                echo SENTINEL DEBUG INFO-PERIOD "$info_every"
            } | ask_sentinel >/dev/null
            ;;
        # Its node may not have come to setting it back.
        1 | "$counted_on") ask_sentinel SENTINEL DEBUG INFO-PERIOD "$info_every" >/dev/null ;;
        # Somebody's wish.
        *) ;;
    esac
}

# Sleeps until this sentinel's place in the next round, each of which takes $WATCH_PERIOD seconds. The first second of a
# round is divided among the sentinels, by the wall clock, which the nodes share.
wait_for_its_place() {
    sleep "$(ask_sentinel INFO server | awk -v own="$OWN" -v period="${WATCH_PERIOD:-3}" '
        NR == FNR { count = NR; if ($2 == own) place = NR }
        sub(/^server_time_usec:/, "") { now = $0 }
        END { at = now / 1000000 - place / count; print period - (at - period * int(at / period)) }' "$TOPOLOGY/sentinels" -)"
}

# "ADDRESS FLAGS DOWN" of every replica and sentinel that a sentinel knows, and for how many milliseconds it is down.
known_to() {
    printf 'SENTINEL REPLICAS %s\nSENTINEL SENTINELS %s\n' "$MASTER_NAME" "$MASTER_NAME" | ask "$1" "$sentinel_port" | awk '
        function tell() { if (address != "") print address, flags, down + 0 }
        previous == "name" { tell(); address = ""; down = 0 }
        previous == "ip" { address = $0 }
        previous == "flags" { flags = $0 }
        previous == "s-down-time" { down = $0 }
        { previous = $0 }
        END { tell() }'
}

# ghosts KNOWN [MILLISECONDS]: the addresses that the program no longer names and that are down, for as long as that (by
# default 5000). One that has just come is not connected either, and the list in which it stands may take a minute to
# reach this pod: so only who is down for a while.
ghosts() {
    printf '%s\n' "$1" | awk -v least="${2:-5000}" '/s_down|disconnected/ && $3 >= least { print $1 }' | while read -r address; do
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

# May this sentinel forget now? All is well, the others know everybody, and those before it have nothing left to forget:
# so only one at a time is without its memory, and a failover finds the others whole. For those before it, though, a
# node counts from its first moment down: one of them that saw it leave later would otherwise reach its own five seconds
# while this one forgets, and both would be without their memory.
its_turn() {
    case "$(shown_by "$LOCAL")" in *" master") ;; *) return 1 ;; esac
    ! failover_under_way || return 1
    before=yes
    for sentinel in $(addresses sentinels); do
        [ "$sentinel" != "$OWN" ] || {
            before=no
            continue
        }
        theirs=$(known_to "$sentinel")
        knows_everybody "$sentinel" "$theirs" || return 1
        [ "$before" = no ] || [ -z "$(ghosts "$theirs" 0)" ] || return 1
    done
}

# After a scale-down a sentinel goes on knowing those who left: as replicas that are down, and as sentinels that a
# majority is counted from. SENTINEL RESET is the only way to forget, and forgets all: so it is used only on somebody
# who left, and once a minute at most. By $seen, the topology that watch_addresses has just read.
not_before=0
forget_who_left() {
    [ "$(date +%s)" -ge "$not_before" ] || return 0
    everybody=" $(printf '%s\n' "$seen" | awk '{ printf "%s ", $2 }')"
    gone=$(ghosts "$(known_to "$LOCAL")")
    [ -n "$gone" ] || return 0
    named=$(named_by_majority)
    its_turn || return 0
    not_before=$(($(date +%s) + ${FORGET_PERIOD:-60}))
    log "forgetting who left: $gone"
    ask_sentinel SENTINEL RESET "$MASTER_NAME" >/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        sleep 1
        knows_everybody "$OWN" "$(known_to "$LOCAL")" && {
            log "every node is known again"
            return
        }
    done
    log "WARNING: not every node is known again after 15 s"
}

# Sentinel takes no other address for a node that it knows, nor for itself, while it runs. Succeeds if it was told to
# end, for sentinel-start.sh to start it again with the new ones.
watch_addresses() {
    # What could not be read is not remembered as an empty list.
    look_at_topology || return 1
    [ "$seen" != "$(cat "$known_topology")" ] || return 1
    if [ -n "$(new_addresses)" ]; then
        log "starting again: pods have new addresses ($(new_addresses | sed 's/ / -> /' | paste -s -d , -))"
        kill -TERM "$sentinel_pid"
    else
        remember_topology
        return 1
    fi
}

# A sentinel whose own failover ended after the next one has the younger epoch with the older master. Sentinel then
# takes nobody's word for another, and names a replica for good: one vote less, and clients that ask this sentinel first
# are sent to a node that takes no writes. An address that the list in this pod does not have yet does not count: the
# next start could not go by it. Sets $shown and $named.
names_a_replica() {
    shown=$(shown_by "$LOCAL")
    case "$shown" in *failover_in_progress*) return 1 ;; *s_down*) ;; *) return 1 ;; esac
    named=$(named_by_majority)
    [ "$named" != "${shown%% *}" ] && in_topology redis "$named" && [ "$(role_of "$named")" = master ]
}

# Its memory says the same, so the next start goes by what is written here. Five looks, a quarter of a minute, are more
# than a failover takes to be known to all. Succeeds if it was told to end, as watch_addresses does.
looks=0
watch_master() {
    names_a_replica || {
        looks=0
        return 1
    }
    looks=$((looks + 1))
    [ "$looks" -ge 5 ] || return 1
    log "starting again: a majority of the sentinels names $named, which is master, and this one ${shown%% *}, which is not"
    printf '%s\n' "$named" >"$corrected"
    kill -TERM "$sentinel_pid"
}

# For as long as the start script lives, which is $$ here too: this runs in a subshell of it.
watch_sentinel() {
    until set_clocks; do sleep 0.1; done
    while wait_for_its_place && kill -0 $$ 2>/dev/null; do
        ! watch_addresses || return 0
        ! watch_master || return 0
        keep_apart
        forget_who_left
    done
}
