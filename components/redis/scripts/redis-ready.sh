#!/bin/sh
# Readiness of a Redis node: a master, or a replica whose link to its master is up and whose copy is whole.
set -eu
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

info=$(ask_local INFO replication)
role=$(printf '%s\n' "$info" | field role)
link=$(printf '%s\n' "$info" | field master_link_status)
syncing=$(printf '%s\n' "$info" | field master_sync_in_progress)
case "$role $link $syncing" in
    "master  " | "slave up 0") exit 0 ;;
    *) echo "role ${role:-unknown}, link ${link:-none}, full copy in progress ${syncing:-unknown}: ${info%%:*}"; exit 1 ;;
esac
