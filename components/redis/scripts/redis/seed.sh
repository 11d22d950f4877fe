# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh, damage.sh, role.sh and the start scripts set what is used here
# Begins with the archive that the init container fetched (restore-fetch.sh), where there is nothing else to begin with.
# Sourced by the start scripts.
#
# The archive becomes the volume's RDB file in one step, the last, and seeding.sh does the rest, at this start or, after
# a crash, the next.

: "${RESTORE:=/restore}"
staging=$DATA/restore restored_now=

archive_staged() { [ -e "$staging/dump.rdb" ] && [ -e "$staging/dump.rdb.checked" ]; }
# Of the first node alone: the others copy it.
restore_wanted() { [ -e "$staging" ] || { [ -e "$RESTORE/from" ] && [ "${POD_NAME%-0}" != "$POD_NAME" ]; }; }

about_archive() { noted "$staging/dump.rdb.checked" "$1"; }

# not_restored WHY: what was fetched goes. Said at each start for as long as `restore` is in the config.
not_restored() {
    restore_wanted || return 0
    [ -n "$restored_now" ] || log "restore: not done: $1. It only ever fills what is empty; take restore out of the config"
    rm -rf "$staging"
}

# Only on a volume that holds nothing. What was damaged is in a folder of its own by then.
use_archive() {
    log "restore: $1: it begins with the archive $(about_archive name) ($(about_archive keys) keys)"
    {
        cat "$staging/dump.rdb.checked"
        echo "restored $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    } >"$DATA/restored"
    rm -rf "$aof"
    mv "$staging/dump.rdb" "$DATA/dump.rdb" || {
        log "restore: the archive cannot be put in its place"
        exit 1
    }
    sync
    rm -rf "$staging"
    restored_now=yes
}

# From the archive that this node began with until a sentinel has named a master nobody else can have led: what the
# others hold is a copy of this node's, though Redis, which began a new history when it was started again, cannot tell.
begun_from_archive() { [ -e "$DATA/restored" ] && [ ! -e "$DATA/restored-and-named" ]; }
master_is_named() { ! begun_from_archive || : >"$DATA/restored-and-named"; }

# Standalone: before Redis starts. Succeeds if the volume holds the archive now.
seed_volume() {
    archive_staged && [ -e "$RESTORE/from" ] || return 1
    nothing_stored || return 1
    use_archive "the volume holds no data"
}

# Sentinel: where this node, which is parked, would lead. Succeeds if it must not do so yet: the archive was loaded, and
# it looks around once more; or a node that was empty a moment ago does not say so now.
seed_cluster() {
    restore_wanted || return 1
    held_here=$(contents_of "$LOCAL")
    [ -n "$held_here" ] || return 0
    [ "$held_here" = nothing ] || {
        not_restored "this node holds data ($held_here)"
        return 1
    }
    if ! archive_staged || [ ! -e "$RESTORE/from" ]; then
        not_restored "no archive was fetched: the volume of this node has been in use"
        return 1
    fi
    for peer in $(others redis); do
        held=$(contents_of "$peer")
        [ -n "$held" ] || { wait_because "an archive is to be restored, and $peer does not say whether it holds data" || return 0; }
        [ "$held" = nothing ] || {
            not_restored "$peer holds data ($held)"
            return 1
        }
    done
    # It is empty, and takes no writes: there is nothing that it could lose.
    kill -KILL "$redis"
    wait "$redis" || true
    use_archive "every node is empty, and this one is to lead"
    start_redis
    wait_until_loaded
}
