#!/bin/sh
# Fetches the archive that `restore` names, before Redis starts: to /data/restore, where seed.sh finds it. Runs in the
# rclone image.
#
# It touches no data and decides nothing: where the volume holds data, or this is not the first node, it says so and is
# done. Whether the archive is used is for the node to find out, which can ask its peers.
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=../shared/volume.sh
. "$scripts/volume.sh"
# shellcheck source=archive.sh
. "$scripts/archive.sh"
# shellcheck source=choose-archive.sh
. "$scripts/choose-archive.sh"
: "${RESTORE:=/restore}"
from=$(cat "$RESTORE/from") ARCHIVE_ROOT=$(cat "$RESTORE/root") staging=$DATA/restore

# Files that hold nothing count too: who emptied a Redis does not want an old archive back.
holds_data() { [ -s "$DATA/dump.rdb" ] || [ -s "$DATA/appendonly.aof" ] || [ -n "$(find "$DATA/appendonlydir" -type f 2>/dev/null | head -n 1)" ]; }

# Fetched by the start before this one, which did not come as far as to use it. Only of the same choice: "latest" is
# then the latest of that start.
fetched_before() { [ -e "$staging/dump.rdb" ] && [ "$(noted "$staging/dump.rdb.checked" from 2>/dev/null)" = "$from in $ARCHIVE_ROOT" ]; }

# Twice its size: Redis writes an append-only file from it before it may go.
check_space() {
    needed=$((2 * $(known size) / 1048576 + 16))
    free=$(($(free_bytes) / 1048576))
    [ "$free" -ge "$needed" ] || fail "archive $archive takes $needed Mi of the volume while it is restored, and $free Mi are free: raise persistence.size"
}

case $POD_NAME in *-0) ;; *)
    log "restore: nothing to fetch: the first node is restored, and this one copies it"
    exit 0
    ;;
esac
hold_volume
if [ "${ON_DAMAGE:-stop}" != restore ] && [ ! -e "$staging/dump.rdb" ] && holds_data; then
    log "restore: nothing to fetch: the volume holds data"
    exit 0
fi
if fetched_before; then
    log "restore: $(noted "$staging/dump.rdb.checked" name) is fetched already"
    exit 0
fi
rm -rf "$staging"
choose_archive "$from"
fetch_what_is_known
check_space
mkdir -p "$staging"
fetch_archive "$staging/part"
{
    cat "$WORK/checked"
    printf 'name %s\nfrom %s in %s\n' "$archive" "$from" "$ARCHIVE_ROOT"
} >"$staging/dump.rdb.checked"
sync
# Last, and at once: what has this name is whole.
mv "$staging/part" "$staging/dump.rdb"
sync
log "restore: $archive is fetched, its size and sha256 are as archived"
