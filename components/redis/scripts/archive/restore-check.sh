#!/bin/sh
# Reads the fetched archive through with this Redis' own checker, before Redis starts: one of a newer version, say,
# would only be found unreadable once it had taken the place of the data. Runs in the Redis image.
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=../shared/volume.sh
. "$scripts/volume.sh"

staging=$DATA/restore
[ -e "$staging/dump.rdb" ] || exit 0
hold_volume
about() { noted "$staging/dump.rdb.checked" "$1"; }
refuse() {
    name=$(about name)
    log "restore: archive $name (Redis $(about redis)) $*. Choose another one with restore.from"
    rm -rf "$staging"
    exit 1
}

report=$(redis-check-rdb "$staging/dump.rdb" 2>&1) || refuse "cannot be read by $(redis-server --version | sed -n 's/.* v=\([^ ]*\).*/Redis \1/p'): $(printf '%s\n' "$report" | sed -n '/RDB ERROR/,$s/^\[offset [0-9]*\] //p' | head -n 1)"
keys=$(printf '%s\n' "$report" | sed -n 's/^\[info\] \([0-9]*\) keys read$/\1/p')
[ "$keys" = "$(about keys)" ] || refuse "holds $keys keys, and held $(about keys) when it was archived"
log "restore: $(about name) can be read, and holds $keys keys"
