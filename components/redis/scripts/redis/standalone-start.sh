#!/bin/sh
# Starts the one Redis of the standalone topology, on data that is whole, and ends with it.
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=../shared/volume.sh
. "$scripts/volume.sh"
# shellcheck source=follow-only.sh
. "$scripts/follow-only.sh"
# shellcheck source=configuration.sh
. "$scripts/configuration.sh"
# shellcheck source=damage.sh
. "$scripts/damage.sh"
# shellcheck source=repair.sh
. "$scripts/repair.sh"
# shellcheck source=seeding.sh
. "$scripts/seeding.sh"
# shellcheck source=load.sh
. "$scripts/load.sh"
# shellcheck source=seed.sh
. "$scripts/seed.sh"
# shellcheck source=disk.sh
. "$scripts/disk.sh"
# shellcheck source=../../../kernel/scripts/kernel.sh
. "$scripts/kernel.sh"

# Redis syncs its append-only file on the way out. This shell is the container's first process: it hands the signal on,
# and waits.
# shellcheck disable=SC2317 # the trap below runs it
stop() {
    trap : TERM INT
    give_up_seeding
    [ -z "$redis" ] || kill -TERM "$redis" 2>/dev/null || true
    code=0
    [ -z "$redis" ] || wait "$redis" || code=$?
    exit "$code"
}

report_kernel
hold_volume
trap stop TERM INT
start_watching watch_disk
start_redis
wait_until_loaded
not_restored "this Redis has been in use, and holds $(contents_of "$LOCAL")"
# A signal to this shell ends `wait` early, with the trap already run, which ends the script.
code=0
wait "$redis" || code=$?
log "redis-server ended with code $code"
exit "$code"
