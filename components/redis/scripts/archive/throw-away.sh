# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh sets what is used here, restore-compare.sh uses what is set
# A Redis of its own in this pod, that an archive is loaded into and that goes with the pod; and what it takes to hold
# another beside it.

throw_away_port=6390

# As a replica of nobody: it neither drops keys whose time has come while it loads, nor later. Without a limit, so that
# nothing is evicted.
start_throw_away() {
    : >"$WORK/throw-away.conf"
    chmod 600 "$WORK/throw-away.conf"
    {
        printf 'port %s\nbind %s\ndir %s\ndbfilename %s\n' "$throw_away_port" "$LOCAL" "${1%/*}" "${1##*/}"
        printf 'save ""\nappendonly no\nreplicaof 127.0.0.1 1\nreplica-serve-stale-data yes\nrequirepass %s\nlogfile %s\n' "$REDISCLI_AUTH" "$WORK/throw-away.log"
    } >"$WORK/throw-away.conf"
    redis-server "$WORK/throw-away.conf" &
    throw_away=$!
    until [ "$(ask_throw_away PING)" = PONG ]; do
        kill -0 "$throw_away" 2>/dev/null || return 1
        sleep 0.1
    done
}

ask_throw_away() { ask "$LOCAL" "$throw_away_port" "$@"; }

why_not_loaded() { sed -n 's/^[0-9]*:[A-Z] .*[0-9] [#*] //p' "$WORK/throw-away.log" | grep -iE 'error|wrong|bad|unexpected|can.t|fatal|memory' | head -n 1; }

# databases ADDRESS PORT: the numbers of those that hold keys.
databases() { ask "$1" "$2" INFO keyspace | sed -n 's/^db\([0-9]*\):.*/\1/p'; }

# keys_of ADDRESS PORT: how many keys a Redis holds, in all its databases; nothing if it does not answer.
keys_of() { ask "$1" "$2" INFO keyspace | awk -F: "$info_rules"' /^# Keyspace/ { answered = 1 } END { if (answered) print keys + 0 }'; }

# libraries ADDRESS PORT: the function libraries, with their code, in an order of its own.
libraries() { ask "$1" "$2" FUNCTION LIST WITHCODE | sort; }

script() { cat "$scripts/$1.lua"; }

# walk ADDRESS PORT: how many keys there are that have not expired, counted one by one; fails if it does not answer in
# between.
walk() {
    walked=0
    for database in $(databases "$1" "$2"); do
        cursor=0
        while :; do
            reply=$(ask "$1" "$2" -n "$database" EVAL_RO "$(script count)" 0 "$cursor")
            cursor=$(printf '%s\n' "$reply" | sed -n 1p) met=$(printf '%s\n' "$reply" | sed -n 2p)
            case "$cursor$met" in '' | *[!0-9]*) return 1 ;; esac
            walked=$((walked + met))
            [ "$cursor" != 0 ] || break
        done
    done
}

# sample COUNT: "DATABASE NAME" of so many keys of the throw-away, as many of each database, as far as it has them.
sample() {
    for database in $(databases "$LOCAL" "$throw_away_port"); do
        ask_throw_away -n "$database" EVAL_RO "$(script sample)" 0 "$1" | awk -v database="$database" 'NF { print ++n, database, $1 }'
    done | sort -n | head -n "$1" | awk '{ print $2, $3 }' | sort -n
}

# digests ADDRESS PORT: "DATABASE NAME DIGEST" of the keys that standard input names, twenty at a time.
digests() {
    awk '{ if ($1 != database || n == 20) { printf "%s%s", (NR > 1 ? "\n" : ""), $1; database = $1; n = 0 } printf " %s", $2; n++ } END { if (NR) print "" }' \
        | while read -r database names; do
            # shellcheck disable=SC2086 # a name a word
            ask "$1" "$2" -n "$database" EVAL_RO "$(script digest)" 0 $names </dev/null | sed "s/^/$database /"
        done
}
