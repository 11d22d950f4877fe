# shellcheck shell=sh disable=SC2154 # lib.sh sets what is used here
# Watches the volume beside Redis: how full it is, and whether it keeps up. Sourced by the start scripts, and by
# disk-status.sh.

# "PERCENT FREE SIZE" of the volume, in bytes; as df counts it, rounded up.
disk_use() {
    stat -f -c '%b %f %a %S' "$DATA" | awk '{ used = $1 - $2; size = used + $3; printf "%d %.0f %.0f\n", size ? (used * 100 + size - 1) / size : 0, $3 * $4, size * $4 }'
}

disk_step=0
# One line for each step, on the way up; and one when there is room again.
watch_use() {
    use=$(disk_use)
    percent=${use%% *}
    step=0
    for limit in 80 90 95 99; do [ "$percent" -lt "$limit" ] || step=$limit; done
    if [ "$step" -gt "$disk_step" ]; then
        log "WARNING: disk: $percent % of $DATA used, $(echo "$use" | awk '{ printf "%d of %d MB are free", $2 / 1048576, $3 / 1048576 }'). When it is full, writes are refused; make it larger in time (persistence.size)"
    elif [ "$disk_step" -gt 0 ] && [ "$percent" -lt 78 ]; then
        log "disk: $percent % of $DATA used, there is room again"
    else
        return 0
    fi
    disk_step=$step
}

delayed=0 slow=
# Redis counts each write that had to wait since the sync before it took longer than two seconds.
watch_syncs() {
    now_delayed=$(ask_local INFO persistence | field aof_delayed_fsync)
    [ -n "$now_delayed" ] || return 0
    if [ "$now_delayed" -gt "$delayed" ]; then
        log "WARNING: disk: writes waited $((now_delayed - delayed)) times for the last append-only sync, which took longer than two seconds: the disk is slow or busy"
        slow=yes
    elif [ -n "$slow" ]; then
        log "disk: syncs are in time again"
        slow=
    fi
    delayed=$now_delayed
}

# For as long as the start script lives.
watch_disk() {
    while kill -0 $$ 2>/dev/null; do
        watch_use
        watch_syncs
        sleep "${DISK_PERIOD:-30}" >/dev/null 2>&1
    done
}

watching=
# start_watching FUNCTION...: each without the volume's lock, which is Redis's and the start script's; ended with it, so
# that nothing keeps its output open.
start_watching() {
    for watcher in "$@"; do
        "$watcher" 9>&- &
        watching="$watching $!"
    done
    # shellcheck disable=SC2086 # several
    trap 'kill $watching 2>/dev/null' EXIT
}
