# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh, failover.sh and handover.sh set what is used here, handover.sh uses what is set
# Sees to it that no sentinel promotes a replica that has less than the node which hands over. Sourced by redis-start.sh.
#
# Sentinel chooses by priority, offset (as of its last INFO) and id, and does not ask whether a replica still follows the master: one that
# has just lost its connection, or copies everything anew, is as good to it as the others, which would then be wiped by what it lacks.

# Those that follow this node and are in sync, out of an INFO reply on standard input.
online_replicas() { tr -d '\r' | sed -n 's/^slave[0-9]*:ip=\([^,]*\),port=[0-9]*,state=online,.*/\1/p'; }
replicas_now() { ask_local INFO replication | online_replicas; }

# Read from the replica itself: the master's own table of their offsets is a second old.
has_everything() { [ "$(ask "$1" "$redis_port" INFO replication | fields master_replid slave_repl_offset)" = "$history $written" ]; }

# look_behind SENTINEL: sets $could to those that it could promote, and $behind to those of them that have less than was written here.
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

# leave_out REPLICA...: until all is over, no sentinel that learns of it promotes them. One that is not to be promoted anyway (damaged files,
# no role yet) is left as it is, and one that hangs cannot be told: a sentinel leaves it out by itself, soon.
left_out=
leave_out() {
    for replica in "$@"; do
        found=$(printf 'CONFIG GET replica-priority\nCONFIG SET replica-priority 0\nINFO server\n' | ask "$replica" "$redis_port" | tr -d '\r')
        case "$(printf '%s\n' "$found" | sed -n 2p)" in '' | 0) continue ;; esac
        log "handover: $replica has less than was written here, and must not be promoted"
        left_out="$left_out $replica=$(printf '%s\n' "$found" | field run_id)"
    done
}

# Those who do not follow this node are left out while writes still go on: then a sentinel has learned of it before they are paused.
leave_out_strangers() {
    for replica in $(others redis); do
        follows_here "$replica" || leave_out "$replica"
    done
}

# Not one that was started anew meanwhile: that decides itself (find_role). One that nobody lets in comes back by itself (watch-role.sh).
let_in() {
    for entry in $left_out; do
        replica=${entry%=*}
        [ "$(ask "$replica" "$redis_port" INFO server | field run_id)" != "${entry#*=}" ] || ask "$replica" "$redis_port" CONFIG SET replica-priority 100 >/dev/null
    done
}
