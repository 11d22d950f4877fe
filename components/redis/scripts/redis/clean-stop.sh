# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh, handover.sh and redis-start.sh set what is used here, role.sh uses what is set
# What a master notes beside its data when it stops in order, and nobody was asked to replace it: no peer can have more.
# Sourced by redis-start.sh.
#
# Where everything stops at once the replicas stop first, and lack what was written last. The node that the sentinels
# still name would have one of them promoted all the same: after a crash a replica may be ahead of it.

clean_stop=

# Asked while Redis still runs. One whose last write to the append-only file failed (a full disk) has acknowledged what
# the file lacks.
stops_as_master() { [ "$(ask_local INFO replication persistence | fields role aof_enabled aof_last_write_status)" = "master 1 ok" ]; }

# Only with the lock: without it another pod may be writing into the same files. A note that a power cut takes is missed
# by nobody.
note_clean_stop() {
    if [ -n "$replacement_ordered" ] || [ -z "$volume_held" ]; then return 0; fi
    date -u +%Y-%m-%dT%H:%M:%SZ >"$DATA/clean-stop"
    log "stopped as the master, with everything that was written here: it may lead on its return"
}

# Sets $clean_stop to when that was. It is true of the stop just before this start, and of no other: were it still there
# after a crash, this node would wipe what its replicas are ahead.
take_clean_stop() {
    [ -e "$DATA/clean-stop" ] || return 0
    clean_stop=$(cat "$DATA/clean-stop")
    rm -f "$DATA/clean-stop"
    sync
}
