#!/bin/sh
# Readiness of a Redis node: a master, or a replica whose link to its master is up and whose copy is whole.
set -eu
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# One reply for all of it: between two questions the role may change.
info=$(ask_local INFO replication persistence)
value() { printf '%s\n' "$info" | field "$1"; }

# INFO is answered while the data loads, and calls the node a master then.
case "$(value role) $(value loading) $(value master_link_status) $(value master_sync_in_progress)" in
    "master 0  " | "slave 0 up 0") exit 0 ;;
esac
echo "role $(value role), loading $(value loading), link to the master $(value master_link_status), full copy in progress $(value master_sync_in_progress) ($(printf '%s' "$info" | head -n 1))"
exit 1
