# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh, failover.sh and handover.sh set what is used here, handover.sh uses what is set
# Sees to it that no sentinel promotes a replica that has less than the node which hands over, or than another replica
# of one that crashed. Sourced by redis-start.sh.
#
# Sentinel chooses by priority, offset (as of its last INFO) and id, and does not ask whether a replica still follows
# the master: one that has just lost its connection, or copies everything anew, is as good to it as the others, which
# would then be wiped by what it lacks.

# Those that follow this node and are in sync, out of an INFO reply on standard input.
online_replicas() { tr -d '\r' | sed -n 's/^slave[0-9]*:ip=\([^,]*\),port=[0-9]*,state=online,.*/\1/p'; }
replicas_now() { ask_local INFO replication | online_replicas; }
count() { printf '%s\n' "$1" | wc -w; }

# Read from the replica itself: the master's own table of their offsets is a second old.
has_everything() { [ "$(ask "$1" "$redis_port" INFO replication | fields master_replid slave_repl_offset)" = "$history $written" ]; }

# look_behind SENTINEL: sets $could to those that it could promote, and $behind to those of them that have less than was
# written here.
look_behind() {
    could=$(seen_by "$1" | awk '$2 > 0 { print $1 }')
    behind=$(for replica in $could; do { has_everything "$replica" || echo "$replica"; } & done)
}

follows_here() { printf '%s\n' "$replicas" | grep -qFx "$1"; }

# Whether one of those behind is on the way.
catching_up() {
    for replica in $behind; do
        ! follows_here "$replica" || return 0
    done
    return 1
}

# leave_out REPLICA...: until all is over, no sentinel that learns of it promotes them. One that is not to be promoted
# anyway (damaged files, no role yet) is left as it is, and one that hangs cannot be told: a sentinel leaves it out by
# itself, soon.
left_out=
leave_out() {
    for replica in "$@"; do
        found=$(printf 'CONFIG GET replica-priority\nCONFIG SET replica-priority 0\nINFO server\n' | ask "$replica" "$redis_port" | tr -d '\r')
        case "$(printf '%s\n' "$found" | sed -n 2p)" in '' | 0) continue ;; esac
        log "failover: $replica lacks what was written last, and must not be promoted"
        left_out="$left_out $replica=$(printf '%s\n' "$found" | field run_id)"
    done
}

# Those who do not follow this node are left out while writes still go on: then a sentinel has learned of it before they
# are paused.
leave_out_strangers() {
    for replica in $(others redis); do
        follows_here "$replica" || leave_out "$replica"
    done
}

# "ADDRESS MASTER HISTORY OFFSET" of each peer that is a replica.
peers_now() {
    for peer in $(others redis); do
        { echo "$peer $(ask "$peer" "$redis_port" INFO replication | fields master_host master_replid slave_repl_offset)"; } &
    done | awk 'NF == 4'
}

# have_less MASTER PEERS: those who lack something that another got of MASTER, which is gone. A master writes to its
# replicas one after the other: when it is killed under load in between, the next ones have less, and whoever has more
# than the new master loses it to a full copy.
have_less() {
    printf '%s\n' "$2" | awk -v master="$1" '
        { history[$1] = $3; offset[$1] = $4; if ($2 == master && $4 > most) { most = $4; best = $3 } }
        END { if (most) for (replica in offset) if (history[replica] != best || offset[replica] < most) printf "%s ", replica }'
}

# Lets those that were left out be promoted again, but for one that was started anew meanwhile: that one has a role to
# find first (find_role), and takes part by itself. One that nobody lets in comes back by itself too (watch-role.sh).
let_in() {
    for entry in $left_out; do
        replica=${entry%=*}
        [ "$(ask "$replica" "$redis_port" INFO server | field run_id)" != "${entry#*=}" ] || ask "$replica" "$redis_port" CONFIG SET replica-priority 100 >/dev/null
    done
    left_out=
}

# Sets $successor to the one of a list that was promoted, as soon as it says so itself: the sentinels' majority says so
# a quarter of a second later.
one_is_promoted() {
    for successor in $1; do [ "$(role_of "$successor")" != master ] || return 0; done
    return 1
}

# The other replicas follow the new master at once, which takes no write without one. Sentinel comes round to it later,
# or not for seconds where it takes one of them for absent.
point_others() {
    for replica in $replicas; do
        [ "$replica" = "$successor" ] || ask "$replica" "$redis_port" REPLICAOF "$successor" "$redis_port" >/dev/null &
    done
}
