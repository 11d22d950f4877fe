#!/bin/sh
# Lets the pod start only when its node's kernel is as wanted (kernel.enforce).
set -eu
scripts=$(dirname "$0")
# shellcheck source=../../redis/scripts/shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=kernel.sh
. "$scripts/kernel.sh"

# Each reason once, and again every five minutes: the log of a pod that waited a night is still readable.
: "${REPEAT:=300}"
told='' told_at=0

tell() {
    now=$(date +%s)
    [ "$values" != "$told" ] || [ $((now - told_at)) -ge "$REPEAT" ] || return 0
    told=$values told_at=$now
    each_value warn
    # The last line is what `make status` shows.
    log "waiting: the node $NODE_NAME has $values"
}

# The first process of a container ignores a signal that it has no trap for, and would wait for the kill.
trap 'exit 1' TERM INT

read_kernel
until [ -z "$wrong" ]; do
    tell
    sleep 1
    read_kernel
done
log "kernel: $values"
