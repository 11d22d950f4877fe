# shellcheck shell=sh
# What the pod scripts share: one way to log, to ask Redis, to look up an address. Sourced, never run.

: "${DATA:=/data}" "${RUN:=/run/redis}" "${CONFIG:=/config}" "${TOPOLOGY:=/topology}" "${LOCAL:=127.0.0.1}"
redis_port=6379
sentinel_port=26379
# Sentinel's clocks as sentinel-watch.sh sets them, in milliseconds, on which failover.sh counts. $counted_on instead of
# $info_every says that a node does so at this moment.
# shellcheck disable=SC2034
info_every=900 counted_on=901 ping_every=300

log() { printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*"; }

# ask ADDRESS PORT COMMAND...: the reply, or nothing if there is none within two seconds, or $patience. Only this and
# copy_rdb call redis-cli, which finds the password in REDISCLI_AUTH. Its exit code says nothing (0 on an error reply):
# read what it prints. It does not inherit the volume's lock (descriptor 9, see volume.sh): BusyBox's timeout leaves a
# process behind for up to a second, and the next start would wait for that one.
ask() {
    ask_host=$1 ask_port=$2
    shift 2
    timeout "${patience:-2}" redis-cli -h "$ask_host" -p "$ask_port" "$@" 2>/dev/null 9>&- || true
}

# eventually SECONDS COMMAND...: tries every 20 ms.
eventually() {
    deadline=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 0.02
    done
}

# copy_rdb ADDRESS PORT FILE SECONDS: a consistent RDB file, as a replica would get it.
copy_rdb() { timeout "$4" redis-cli -h "$1" -p "$2" --rdb "$3" </dev/null; }

ask_local() { ask "$LOCAL" "$redis_port" "$@"; }
ask_sentinel() { ask "$LOCAL" "$sentinel_port" "$@"; }

# The first word of a node's ROLE: master, slave, or nothing if it does not answer (or is still loading).
role_of() { ask "$1" "$redis_port" ROLE | sed -n '1{/^master$/p;/^slave$/p;}'; }

# How awk (with -F:) reads an INFO reply: each field into value[NAME], the keys of all databases summed up in keys.
# shellcheck disable=SC2034,SC2016 # awk, not the shell, is to read it; other files use it
info_rules='{ sub(/\r$/, "") } NF > 1 { value[$1] = substr($0, length($1) + 2) } /^db[0-9]+:/ { split($2, part, /[=,]/); keys += part[2] }'

# contents_of ADDRESS: what a node holds, in all its databases: "nothing", "12 keys" or "12 keys and 1 function
# libraries"; not a word if it does not answer, or is still loading. A key in database 1, or a library, is somebody's
# data as well.
contents_of() {
    printf 'INFO keyspace\nINFO memory\nINFO persistence\n' | ask "$1" "$redis_port" | awk -F: "$info_rules"'
        END {
            libraries = value["number_of_libraries"] + 0
            if (value["loading"] == "0") print !keys && !libraries ? "nothing" : (keys + 0) " keys" (libraries ? " and " libraries " function libraries" : "")
        }'
}

# field NAME: one value of an INFO reply on standard input.
field() { tr -d '\r' | sed -n "s/^$1://p"; }

# fields NAME...: several of them, in one line.
fields() {
    awk -F: -v names="$*" '
        { sub(/\r$/, ""); value[$1] = substr($0, length($1) + 2) }
        END { count = split(names, name, " "); for (n = 1; n <= count; n++) printf "%s%s", value[name[n]], (n < count ? " " : "\n") }'
}

# noted FILE NAME: one value of what is known of an archive, which stands beside it in NAME.rdb.checked, a "NAME VALUE"
# a line.
noted() { sed -n "s/^$2 //p" "$1"; }

# The topology is a file a kind, one "pod address" a line: addresses of Services, which outlive every pod.
addresses() { awk '{ print $2 }' "$TOPOLOGY/$1"; }
address_of() { awk -v pod="$2" '$1 == pod { print $2 }' "$TOPOLOGY/$1"; }
# in_topology KIND ADDRESS: whether it is the address of a pod.
in_topology() { addresses "$1" | grep -qxF "$2"; }
others() { awk -v pod="$POD_NAME" '$1 != pod { print $2 }' "$TOPOLOGY/$1"; }

majority_of_sentinels() { echo $(($(addresses sentinels | wc -l) / 2 + 1)); }

# Whom each of the sentinels names as master, a line each as the replies come.
named_by_each() {
    for sentinel in $(addresses sentinels); do
        ask "$sentinel" "$sentinel_port" SENTINEL GET-MASTER-ADDR-BY-NAME "$MASTER_NAME" | sed -n 1p &
    done
}

# The address that a majority of all sentinels names as master; nothing if there is none. They are asked at the same
# time, and no longer than until a majority has said the same: one that hangs, or has just gone with its node, would
# cost two seconds at each question.
named_by_majority() {
    named_by_each | awk -v majority="$(majority_of_sentinels)" '/^[0-9a-fA-F.:]+$/ && ++votes[$0] >= majority { print; exit }'
}

# By what Redis calls itself: after a Service was made again the sentinels may know this node's new address before the
# list in this pod has it.
is_this_node() { [ "$(ask "$1" "$redis_port" INFO server | field run_id)" = "$(ask_local INFO server | field run_id)" ]; }

# Whether a majority names another node than this one, which says itself that it is master. Sets $named.
another_is_master() {
    named=$(named_by_majority)
    [ -n "$named" ] && [ "$named" != "$OWN" ] && [ "$(role_of "$named")" = master ] && ! is_this_node "$named"
}

# The first peer that says it is master; nothing if none does.
peer_master() {
    for peer in $(others redis); do
        [ "$(role_of "$peer")" = master ] && {
            printf '%s\n' "$peer"
            return
        }
    done
    return 0
}

# shown_by SENTINEL: "ADDRESS FLAGS" of the master as SENTINEL MASTER has it; nothing if it does not answer. While a
# sentinel leads a failover that is the old one, for a second longer than it names that.
shown_by() { ask "$1" "$sentinel_port" SENTINEL MASTER "$MASTER_NAME" | awk 'previous == "ip" { address = $0 } previous == "flags" { print address, $0 } { previous = $0 }'; }

# Of each of the sentinels, a line each as the replies come.
shown_by_each() { for sentinel in $(addresses sentinels); do shown_by "$sentinel" & done }

# sentinels_say FLAG: whether one of them has it among the flags of the master.
sentinels_say() { shown_by_each | grep -q "$1"; }

# Whether a sentinel is promoting a replica at this moment.
failover_under_way() { sentinels_say failover_in_progress; }
