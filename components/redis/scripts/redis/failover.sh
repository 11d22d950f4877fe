# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh and redis-start.sh set what is used here, and use what is set
# Asks the sentinels to replace the master, and asks the one that is quickest at it. Sourced by redis-start.sh.
#
# The sentinel that leads a failover learns of the promotion from an INFO of the replica, which it sends a second after
# its last one and no sooner (sentinelSendPeriodicCommands). The promotion itself takes 0.1-0.3 s. So the sentinel to
# ask is one whose last INFO will be some 0.7 s old: its next one falls due just after the promotion. With an older one
# the next comes just before it, and a second is lost.

# seen_by SENTINEL: "ADDRESS PRIORITY OFFSET ID AGE MASTER" of each replica that it could promote, but for the priority,
# as it knows them from the last INFO, which is AGE milliseconds old, and whom it names as their master. Not one that
# owes it five PONGs or three INFOs (sentinelSelectSlave), and nobody while it is in TILT: then its clock has jumped,
# and it takes an order and sleeps on it for half a minute.
seen_by() {
    printf 'SENTINEL GET-MASTER-ADDR-BY-NAME %s\nINFO sentinel\nSENTINEL REPLICAS %s\n' "$MASTER_NAME" "$MASTER_NAME" | ask "$1" "$sentinel_port" | awk -v pong_age=$((5 * ping_every)) -v info_age=$((3 * info_every)) '
        function tell() {
            if (value["flags"] != "" && value["flags"] !~ /s_down|disconnected/ && value["last-ok-ping-reply"] <= pong_age && value["info-refresh"] <= info_age) {
                print value["ip"], value["slave-priority"] + 0, value["slave-repl-offset"] + 0, (value["runid"] == "" ? "-" : value["runid"]), value["info-refresh"] + 0, master
            }
            split("", value)
        }
        NR == 1 { master = $0 }
        /^sentinel_tilt:1/ { split("", value); exit }
        $0 == "name" { tell() }
        { value[previous] = $0; previous = $0 }
        END { tell() }'
}

# "YOUNGEST OLDEST" of those ages, of those that may be promoted; nothing if there is none.
info_ages() { seen_by "$1" | awk '$2 > 0 { if (!known++ || $5 < youngest) youngest = $5; if ($5 > oldest) oldest = $5 } END { if (known) print youngest, oldest }'; }

# "ADDRESS AGE MASTER" of the replica that a sentinel would promote: that of the best priority, then of the highest
# offset that it knows of, then of the lowest id (sentinelSelectSlave). Nothing if there is none.
next_of() {
    seen_by "$1" | awk '
        $2 > 0 && (!best || $2 < priority || ($2 == priority && ($3 > offset || ($3 == offset && $4 < id)))) { best = $1 " " $5 " " $6; priority = $2; offset = $3; id = $4 }
        END { if (best) print best }'
}

# info_period SENTINEL MILLISECONDS: sets how often it asks each node for INFO; fails if it does not take that.
# sentinel-watch.sh sets it back, should nobody be left here to do that.
info_period() { [ "$(ask "$1" "$sentinel_port" SENTINEL DEBUG INFO-PERIOD "$2")" = OK ]; }

# refresh SENTINEL: has it ask all replicas for INFO now, so that it knows what they are, and all of these are of the
# same age. Then it is counted on, see keep_apart.
refresh() { info_period "$1" 1 && sleep 0.2 && info_period "$1" "$counted_on"; }

# sees_all SENTINEL: whether it takes no replica for absent but such as hang. It would not tell an absent one of the new
# master.
sees_all() {
    seen=" $(seen_by "$1" | awk '{ printf "%s ", $1 }')$silent"
    for replica in $replicas; do
        case "$seen" in *" $replica "*) ;; *) return 1 ;; esac
    done
}

# The last of them in the list: who leads a failover shows the old master for a second longer (SENTINEL MASTER), and
# most clients ask the first.
one_that_sees_all() {
    for sentinel in $(addresses sentinels | tac); do
        ! sees_all "$sentinel" || {
            echo "$sentinel"
            return
        }
    done
}

# Sets the clock of a sentinel right for what follows (a pause, a catch-up, the question), while writes go on, and
# prints its address: its INFOs of all replicas are brought together, since nobody knows which it will promote, and are
# let grow old. Prints nothing if that cannot be had in time: an unaimed failover is slower, no less safe.
aim() {
    give_up=$(($(date +%s) + 4))
    while [ "$(date +%s)" -lt "$give_up" ]; do
        sentinel=$(one_that_sees_all)
        [ -n "$sentinel" ] || {
            sleep 0.1
            continue
        }
        if refresh "$sentinel" && let_grow_old "$sentinel"; then
            printf '%s\n' "$sentinel"
            return
        fi
    done
}

# Waits until the INFOs of a sentinel are old enough; fails if they are too old by then. What follows takes as long as
# three more looks at them, whatever the machine is busy with.
let_grow_old() {
    before=
    while [ "$(date +%s)" -lt "$give_up" ]; do
        # They may be stopping with everything else: then no replica gets what is written from now on, and aiming only
        # makes it more.
        [ "$(replicas_now)" = "$replicas" ] || give_up=0
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

# Without time to aim: "SENTINEL ADDRESS MASTER" of the sentinels that would promote somebody (ADDRESS), and whom they
# name now (MASTER). First the one whose next INFO comes soonest after a promotion, which takes it three turns of its
# clock, 0.3 s at most. Only the first to answer are heard, until a majority names the same and the next INFO of one of
# them comes soon: one that hangs is not waited for without need.
quickest_sentinels() {
    for sentinel in $(addresses sentinels); do
        {
            next=$(next_of "$sentinel")
            echo "$sentinel $next"
        } &
    done | awk -v majority="$(majority_of_sentinels)" '
        NF == 4 { rest = $3 <= 700 ? 1000 - $3 : 2000 - $3; print rest, $1, $2, $4; if (rest <= 650) soon = 1; if (++names[$4] >= majority) agreed = 1 }
        agreed && soon { exit }' | sort -n | awk '{ print $2, $3, $4 }'
}

# order_failover SENTINEL: sets $reply. One that is busy with another failover (INPROG) has not taken this one.
order_failover() {
    reply=$(ask "$1" "$sentinel_port" SENTINEL FAILOVER "$MASTER_NAME")
    [ "$reply" = OK ]
}

# passes_over SENTINEL LIST: whether it would promote none of the list, which is left out already, now or once it has
# asked them. What it learns meanwhile makes nobody worse: of one of the list, that it is left out; of another, that it
# has more than was known.
passes_over() { promotes_another "$1" "$2" || { refresh "$1" && promotes_another "$1" "$2"; }; }
promotes_another() { next_of "$1" | awk -v list=" $2 " '!index(list, " " $1 " ") { found = 1 } END { exit !found }'; }

# request_failover MASTER, which is gone: to the replica that has most of it. One sentinel is enough: the others follow
# its election. Only while a majority names it, and sees a replica; sets $named.
request_failover() {
    # All at the same time, and no longer than a second for one that hangs: clients wait.
    answers=$({
        patience=1
        peers_now | sed 's/^/peer /' &
        quickest_sentinels | sed 's/^/ask /'
        wait
    })
    named=$(printf '%s\n' "$answers" | awk -v majority="$(majority_of_sentinels)" '$1 == "ask" && ++names[$4] >= majority { print $4; exit }')
    [ "$named" = "$1" ] || {
        reply="none that sees a replica to promote names $1"
        return 1
    }
    peers=$(printf '%s\n' "$answers" | sed -n 's/^peer //p')
    replicas=$(printf '%s\n' "$peers" | awk -v master="$1" '$2 == master { print $1 }')
    less=$(have_less "$1" "$peers")
    # shellcheck disable=SC2086 # a list
    [ -z "$less" ] || leave_out $less
    # Those first that would promote one who has everything: the others have to ask everybody before, and their next
    # INFO is a second away then.
    for sentinel in $(printf '%s\n' "$answers" | awk -v less=" $less " '$1 == "ask" { if (index(less, " " $3 " ")) later = later " " $2; else print $2 } END { print later }'); do
        if [ -n "$less" ] && ! passes_over "$sentinel" "$less"; then
            reply="$sentinel could promote one that has less"
            continue
        fi
        order_failover "$sentinel" || continue
        { ! eventually 4 one_is_promoted "$replicas" || point_others; } 9>&- &
        return 0
    done
    return 1
}
