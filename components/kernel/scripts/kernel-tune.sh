#!/bin/sh
# Sets what Redis wants of the kernel, and says what it changed. Needs root.
# Usage: kernel-tune.sh          once, as a node's start-up script; 1 if a value could not be set
#        kernel-tune.sh SECONDS  for ever, for something else on the node may set the values too
set -eu
# shellcheck source=kernel-values.sh
. "$(dirname "$0")/kernel-values.sh"

log() { printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*"; }

# put FILE VALUE: says what it changed, nothing if it is so already. What cannot be written is kept in $errors.
put() {
    value_of "$1"
    [ "$value" != "$2" ] || return 0
    old=$value
    reason=$({ printf '%s\n' "$2" >"$1"; } 2>&1) || true
    # Read again: a kernel may refuse a value without a word.
    value_of "$1"
    if [ "$value" = "$2" ]; then log "$1: $old -> $2"; else errors="$errors $1 is $old and cannot be set to $2 (${reason:-it stays $value});"; fi
}

# One value that cannot be set does not keep the others from being set.
tune_node() {
    errors=
    # A kernel without huge pages has no such files, and nothing to switch off.
    [ ! -e "$HUGE_PAGES/enabled" ] || put "$HUGE_PAGES/enabled" "$WANTED_HUGE_PAGES"
    [ ! -e "$HUGE_PAGES/defrag" ] || put "$HUGE_PAGES/defrag" "$WANTED_DEFRAG"
    put "$OVERCOMMIT" "$WANTED_OVERCOMMIT"
}

# Of this network namespace, and upwards only.
raise_somaxconn() {
    value_of "$SOMAXCONN"
    at_least "$value" "$RAISED_SOMAXCONN" || put "$SOMAXCONN" "$RAISED_SOMAXCONN"
}

once() {
    tune_node
    raise_somaxconn
    [ -z "$errors" ] || {
        log "ERROR:$errors"
        exit 1
    }
}

for_ever() {
    # The first process of a container ignores a signal that it has no trap for, and would wait for the kill.
    trap 'exit 0' TERM INT
    said=nothing
    while :; do
        tune_node
        # What lasts is told once, not with each round.
        [ "$errors" = "$said" ] || if [ -n "$errors" ]; then log "ERROR:$errors"; else log "this node's kernel is as wanted; looking again every $1 s"; fi
        said=$errors
        # In the background, for a trap runs only between two commands.
        sleep "$1" &
        wait $! || true
    done
}

if [ $# -gt 0 ]; then for_ever "$1"; else once; fi
