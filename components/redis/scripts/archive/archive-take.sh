#!/bin/sh
# Takes a consistent copy of the data into /work, from a replica, and checks it: NAME.rdb, and what is known of it in
# NAME.rdb.checked.
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=archive.sh
. "$scripts/archive.sh"

# How long a failover, a rollout or a restart may keep it waiting, and how long the copy may take.
: "${PATIENCE:=90}" "${COPY_SECONDS:=1800}"

no_room="no room in $WORK for the copy: as much as resources.memory is allowed, so the node's own disk is full"

# "POD ADDRESS" of each node.
nodes() { if [ -n "${NODES:-}" ]; then printf '%s\n' "$NODES"; else cat "$TOPOLOGY/redis"; fi; }

# "RANK OFFSET POD ADDRESS VERSION" of the nodes that may give the copy, the best first: replicas that are in sync, the
# one with most before the others, then the master. If a majority of the sentinels names a master, only that one and
# its replicas count: the others were cut off, and have an older truth.
candidates() {
    named=
    [ -n "${NODES:-}" ] || named=$(named_by_majority)
    nodes | while read -r pod address; do
        ask "$address" "$redis_port" INFO server replication persistence </dev/null | tr -d '\r' | awk -F: -v pod="$pod" -v address="$address" -v named="$named" '
            { value[$1] = substr($0, length($1) + 2) }
            END {
                if (value["loading"] != "0" || value["async_loading"] + 0) exit
                if (value["role"] == "slave" && value["master_link_status"] == "up" && value["master_sync_in_progress"] == "0" && (named == "" || value["master_host"] == named)) rank = 2
                if (value["role"] == "master" && (named == "" || address == named)) rank = 1
                if (rank) print rank, (rank == 2 ? value["slave_repl_offset"] : 0), pod, address, value["redis_version"]
            }'
    done | sort -k 1,1nr -k 2,2nr
}

# What each node said instead, for the log of a job that found none.
answers() {
    nodes | while read -r pod address; do
        said=$(ask "$address" "$redis_port" ROLE </dev/null | head -n 1 | tr -d '\r')
        printf ' %s: %s;' "$pod" "${said:-no answer}"
    done
}

choose() {
    until_when=$(($(date +%s) + PATIENCE)) found=
    until [ -n "$found" ]; do
        found=$(candidates | head -n 1)
        [ -n "$found" ] || [ "$(date +%s)" -lt "$until_when" ] || fail "no node could give a copy within $PATIENCE s:$(answers) see 'make status'"
        [ -n "$found" ] || sleep 2
    done
    # shellcheck disable=SC2086 # five words
    set -- $found
    rank=$1 pod=$3 address=$4 version=$5
    [ "$rank" = 2 ] || [ -n "${NODES:-}" ] || log "WARNING: no replica in sync, so the master gives the copy: it forks for it, as it does to save"
}

copy() {
    log "copying from $pod ($address)"
    code=0
    # Its own words go to a file: they are only of use when it failed.
    copy_rdb "$address" "$redis_port" "$file" "$COPY_SECONDS" >"$WORK/copy.log" 2>&1 || code=$?
    [ "$code" != 0 ] || return 0
    cat "$WORK/copy.log" >&2 || true
    case "$code $(cat "$WORK/copy.log")" in
        143*) fail "the copy from $pod was not done within $COPY_SECONDS s" ;;
        *"No space left"*) fail "$no_room" ;;
        *) fail "the copy from $pod broke off: $(tail -n 1 "$WORK/copy.log")" ;;
    esac
}

check() {
    # In a variable, for a file may be what there is no room for.
    found=$(redis-check-rdb "$file" 2>&1) || {
        printf '%s\n' "$found" >&2
        fail "the copy from $pod is damaged: $(printf '%s\n' "$found" | tail -n 1)"
    }
    keys=$(printf '%s\n' "$found" | sed -n 's/^\[info\] \([0-9]*\) keys read.*/\1/p')
    [ -n "$keys" ] || {
        printf '%s\n' "$found" >&2
        fail "redis-check-rdb did not tell the number of keys"
    }
    [ "$keys" != 0 ] || log "WARNING: the copy holds no key"
}

mkdir -p "$WORK"
# What a container before this one left, of a pod that was restarted.
rm -f "$WORK"/*.rdb "$WORK"/*.rdb.checked
choose
name=$(stamp "$(now)")
file=$WORK/$name.rdb
copy
check
sha256=$(sha256sum "$file") size=$(wc -c <"$file")
printf 'sha256 %s\nsize %s\nkeys %s\nredis %s\nsource %s\n' "${sha256%% *}" "$size" "$keys" "$version" "$pod" >"$file.checked" || fail "$no_room"
log "$name: $keys keys in $size bytes from $pod"
